# The tests' stand-in for EventStoreDB, in the place of its image. Its packages are those of the service.
ARG SERVICE_IMAGE
FROM ${SERVICE_IMAGE}
USER 0:0
COPY . ./stand-in/
RUN mkdir /var/lib/eventstore
VOLUME /var/lib/eventstore
EXPOSE 2113
HEALTHCHECK --interval=1s --timeout=5s --start-period=20s CMD ["node", "--eval", \
  "require('node:net').connect(2113, '127.0.0.1').once('connect', () => process.exit(0))"]
# It goes when nobody holds its standard input any more. The first process of a container has to want to end when it is told to.
ENTRYPOINT ["sh", "-c", "trap exit TERM; tail -f /dev/null | node stand-in/main.ts --host 0.0.0.0 --port 2113 --file /var/lib/eventstore/log.jsonl & wait"]
