# The service without a project: mount one at /app/config, or build an image of your own on top of this one.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build
RUN npm pack --ignore-scripts --pack-destination /tmp

FROM node:24-slim
COPY --from=build /tmp/orchestrator-api-service-*.tgz /tmp/service.tgz
RUN npm install --global --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund /tmp/service.tgz && rm -rf /tmp/service.tgz /root/.npm
RUN mkdir -p /app/config /app/data && chown node:node /app/data
WORKDIR /app
USER node
ENV NODE_ENV=production
EXPOSE 8000 9001
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/livez`).then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["orchestrator-api"]
CMD ["run"]
