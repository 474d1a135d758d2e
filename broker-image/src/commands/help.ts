export const help = `MQTT broker of cdk8s-mqtt

  mqtt-broker [serve] --config FILE [--listen NAME=URL]... [--operations URL] [--admin URL] [--data DIR] [--name NAME] [--log URL]...
  mqtt-broker [serve] --listen URL... --data DIR --allow-anonymous [--operations URL] [--log URL... --name NAME]
  mqtt-broker --check-config --config FILE [--skip-files]
  mqtt-broker hash-password [--user NAME] [--random-secret]
  mqtt-broker leave-cluster --data DIR [--dry-run]

With a configuration file (or its path in MQTT_BROKER_CONFIG):
  --config FILE           the configuration, YAML
  --listen NAME=URL       another address and port for the listener NAME of the file, such as mqtt=tcp://127.0.0.1:18830
  --operations URL        another address and port for the HTTP server, such as http://127.0.0.1:18080
  --admin URL             another address and port for the admin API, if the file has one
  --data DIR              another folder for the store
  --name NAME             another name for this broker
  --log URL               other NATS servers for the replicated log of the cluster, if the file has one; can be repeated
  --check-config          say everything that is wrong with the configuration, and exit with 0 or 78
  --skip-files            with --check-config: the files that the configuration names need not be there

Without one, for a quick try:
  --listen URL            where to listen: tcp://127.0.0.1:1883 or ws://127.0.0.1:8083/mqtt; can be repeated
  --data DIR              folder of the store
  --allow-anonymous       let clients in without a password
  --operations URL        where /livez, /readyz, /healthz, /startupz and /metrics are; without it, nowhere
  --log URL               be one broker of a cluster, over NATS with JetStream, such as nats://127.0.0.1:4222; can be repeated for several servers
  --name NAME             name of this broker; no two brokers of a cluster have the same
  Everything else is at the default of the configuration file, but for shutdown.delaySeconds, which is 0.

Port 0 stands for any free port; the log says which one it is.

hash-password reads a password from the standard input (or asks for it) and prints its hash for the password file:
  --user NAME             print the whole line, NAME:HASH
  --random-secret         a cheap hash, for secrets of at least 128 random bits only, such as those of devices

leave-cluster makes a store of its own of that of a stopped broker of a cluster, to begin a new log with it or to go on alone:
  --data DIR              folder of the store
  --dry-run               only say of which cluster it is, how far it has followed its log, and what it has

  --version               print the version
  -h, --help              print this text

Signals: SIGTERM and SIGINT shut down in order, a second one hurries; SIGHUP reads changed files now; SIGUSR2
writes a heap snapshot, if diagnostics.heapSnapshotDirectory is set.
Exit codes: 0 ended in order, 64 command line, 69 a port cannot be opened, 70 fault of the broker, 74 store, 76 cluster, 78 configuration.
`;
