export * from './manifest/kubernetes-version';
