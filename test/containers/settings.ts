import process from 'node:process';

const setting = (name: string, otherwise: string): string => {
  const given = process.env[name];
  return given === undefined || given === '' ? otherwise : given;
};

/** The images under test, as docker-compose.yml names them; settings put locally built ones in their place. */
export const images = {
  service: setting('SERVICE_IMAGE', 'tiktok-connections'),
  simulator: setting('SIMULATOR_IMAGE', 'tiktok-connections-simulator'),
  postgres: setting('POSTGRES_IMAGE', 'postgres:18-trixie'),
  eventStore: setting('EVENTSTORE_IMAGE', 'eventstore/eventstore:24.10'),
} as const;

/** How long a container may take to start: several start at a time on two processors. */
export const startMillis = 110_000;
