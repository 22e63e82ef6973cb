# An artifact store: an OCI registry with a quota for each organisation. Its folder is /home/credence, a volume.
FROM scratch
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY passwd /etc/passwd
COPY --chown=10001:10001 empty /home/credence
COPY rootfs /
COPY credenced /usr/bin/credenced
USER 10001:10001
ENV HOME=/home/credence CREDENCED_STORE_HOME=/home/credence PATH=/usr/bin
VOLUME /home/credence
# The store, its metrics.
EXPOSE 5000 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/usr/bin/credenced", "health", "http://127.0.0.1:9464/healthz"]
ENTRYPOINT ["/usr/bin/credenced", "store"]
CMD ["serve", "--metrics-listen", "0.0.0.0:9464"]
