# The image of the service; with `--target simulator` that of the TikTok simulator. docs/containers.md says how to run it.
# BASE_IMAGE needs a shell, glibc and libstdc++, nothing else. BUILD_IMAGE needs npm, or Debian's apt to install it.
ARG BASE_IMAGE=debian:trixie-slim
ARG BUILD_IMAGE=node:24-trixie-slim

FROM ${BUILD_IMAGE} AS packages
# A file of BUILD_IMAGE with certificate authorities that npm shall believe besides its own.
ARG NODE_EXTRA_CA_CERTS
WORKDIR /build
RUN command -v npm || (apt-get update && apt-get install -y --no-install-recommends npm)
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
# The very Node that the tests run on.
RUN npm install --no-save --ignore-scripts --prefix /runtime \
      "node-linux-$(node -p process.arch)@$(node -p "require('./package.json').devDependencies.node")" \
 && mv /runtime/node_modules/node-linux-*/bin/node /runtime/node
# What only people and compilers read.
RUN find node_modules -type f \( -name '*.map' -o -name '*.md' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' \) -delete

FROM ${BASE_IMAGE} AS runtime
COPY --from=packages /runtime/node /usr/local/bin/node
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=packages /build/node_modules ./node_modules
# The memory of large files is collected often and cheaply, and of one kind: docs/adr/0008. As npm start has it.
ENV NODE_OPTIONS="--expose-gc --max-semi-space-size=4" MALLOC_ARENA_MAX=1
# What is compiled here need not be at every start, by the same user: Node takes nobody else's word for it.
ENV NODE_COMPILE_CACHE=/app/.compiled
RUN mkdir --mode=700 /data .compiled && chown 10001:10001 /data .compiled

FROM runtime AS simulator
COPY simulator ./simulator
USER 10001:10001
RUN node simulator/main.ts --help
ENV SIMULATOR_HOST=0.0.0.0 SIMULATOR_STATE_FILE=/data/simulator.json
LABEL org.opencontainers.image.title="TikTok simulator" \
      org.opencontainers.image.description="A stand-in for TikTok's servers, for development" \
      org.opencontainers.image.licenses="MIT"
VOLUME /data
EXPOSE 3010
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s CMD ["node", "--eval", \
  "require('node:http').get(`http://127.0.0.1:${process.env.SIMULATOR_PORT || 3010}/`, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1))"]
ENTRYPOINT ["node", "simulator/main.ts"]

FROM runtime AS service
COPY src ./src
USER 10001:10001
# Nobody listens there: the start ends with exit code 3, and what it needs has been loaded. Then what is loaded behind a start.
RUN NODE_ENV=production PUBLIC_URL=http://localhost DATABASE_URL=postgres://127.0.0.1:9/none TIKTOK_CLIENT_KEY=none TIKTOK_CLIENT_SECRET=none \
    TIKTOK_TOKEN_ENCRYPTION_KEY=12345678901234567890123456789012 node src/main.ts serve || test $? -eq 3
RUN node --input-type=module --eval \
    "for (const part of ['composition/assemble', 'composition/http-deps', 'composition/background', 'adapters/http/http-app']) await import('./src/' + part + '.ts')"
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="tiktok-connections" \
      org.opencontainers.image.description="Holds the TikTok connections of an application's users" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["node", "--eval", \
  "require('node:http').get(`http://127.0.0.1:${process.env.PORT || 3000}/readyz`, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1))"]
ENTRYPOINT ["node", "src/main.ts"]
CMD ["serve"]
