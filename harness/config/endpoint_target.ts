/** A server that runs already and speaks OpenAI's interface: what bench --endpoint measures. No secrets: these go into manifests. */
export interface EndpointTarget {
  /** Of the arm. */
  readonly name: string;
  /** `http://host:port[/base]`, in front of `/v1/completions`. */
  readonly url: string;
  /** Of engines and masters behind it, in Prometheus's text format. */
  readonly metrics_urls: readonly string[];
  /** POSTed before each run, to empty the server's caches. Null: nothing is emptied. */
  readonly reset_url: string | null;
  /** Model to ask for. Null: the first that the server lists. */
  readonly model: string | null;
  /** Name of the environment variable that holds the key; null: none is sent. */
  readonly api_key_env: string | null;
}
