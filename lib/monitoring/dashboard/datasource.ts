/** The data source that the reader chooses. No braces: Flux's variable substitution would take `${datasource}` for its own. */
export const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const;
