# One static binary and nothing else, run by a user without rights. Data goes to /data: mount a volume there.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/latchkey . && mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/latchkey /latchkey
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
# /metrics is at 127.0.0.1:9090, which nobody reaches from outside: set LATCHKEY_METRICS_ADDR=:9090 for a Prometheus in the same network.
ENTRYPOINT ["/latchkey"]
