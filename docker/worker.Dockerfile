# A worker, or a court executor. Its folder is /home/credence, a volume; its hot key is a file that is mounted.
# Apps run in a child process under a filter of system calls of its own. It needs no capability, no new privileges and no
# namespace: Docker's default profile allows what it does, and it runs with a read-only root and all capabilities dropped.
FROM scratch
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY passwd /etc/passwd
COPY --chown=10001:10001 empty /home/credence
COPY rootfs /
COPY credence-worker credence-sandbox /usr/bin/
USER 10001:10001
ENV HOME=/home/credence CREDENCE_WORKER_HOME=/home/credence PATH=/usr/bin CREDENCE_WORKER_LISTEN=0.0.0.0:7100
VOLUME /home/credence
EXPOSE 7100
# Alive; whether it can be drawn is /readyz.
HEALTHCHECK --interval=10s --timeout=5s --start-period=1m CMD ["/usr/bin/credence-worker", "health", "http://127.0.0.1:7100/healthz"]
ENTRYPOINT ["/usr/bin/credence-worker"]
CMD ["start"]
