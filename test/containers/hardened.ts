import { GenericContainer } from 'testcontainers';

/** A container as docker-compose.yml runs ours: nothing of the image can be written, no capability is left. */
export class HardenedContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    this.hostConfig.CapDrop = ['ALL'];
    this.hostConfig.SecurityOpt = ['no-new-privileges:true'];
    this.hostConfig.Init = true;
  }
}
