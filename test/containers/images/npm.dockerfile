# A base image with the Node and the npm that the build machine has, where no registry serves one.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
COPY . /opt/build/
RUN ln -s /opt/build/node /opt/build/npm/node_modules/.bin/npm /usr/local/bin/
