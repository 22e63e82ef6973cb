# A node: validator, sentry, seed, full node, archive, or light proxy. Its folder is /home/credence, a volume.
# The context is build/images, which `make images` fills with static binaries and the system's certificates.
FROM scratch
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY passwd /etc/passwd
COPY --chown=10001:10001 empty /home/credence
COPY rootfs /
COPY credenced /usr/bin/credenced
USER 10001:10001
ENV HOME=/home/credence CREDENCED_HOME=/home/credence PATH=/usr/bin
VOLUME /home/credence
# Peers, RPC, gRPC, REST, metrics.
EXPOSE 26656 26657 9090 1317 26660
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m CMD ["/usr/bin/credenced", "health", "http://127.0.0.1:26657/health"]
ENTRYPOINT ["/usr/bin/credenced"]
CMD ["start"]
