/** The objects of an app or of a set of files, seen as brokers with what belongs to them. */
export class ManifestModel {}
