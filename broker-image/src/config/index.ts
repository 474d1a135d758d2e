export type {
  AdminConfiguration, AuthenticationMethod, BackoffConfiguration, BrokerConfiguration, CertificateName, ClusterConfiguration, JwtConfiguration, ListenerConfiguration, LogConfiguration, Protocol, TlsConfiguration,
} from './configuration.js';
export { parseEndpoint, type Endpoint } from './endpoint.js';
export { isLoopback } from './loopback.js';
export { configurationWithoutFile, loadConfigurationFile } from './load-configuration.js';
export type { FileInspector } from './mounted-files.js';
export type { Overrides } from './overrides.js';
export { formatPath, InvalidFileError, type PathSegment, type Problem } from './problem.js';
export { SchemaValidator } from './schema-validator.js';
export { parseYaml } from './yaml-file.js';
