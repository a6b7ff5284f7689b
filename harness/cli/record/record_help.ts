export const RECORD_HELP = `record --upstream URL[,URL…] --out FILE [options]

Stands in front of OpenAI-compatible servers (vLLM, SGLang, …), passes requests on, and writes them as a trace until Ctrl-C.
Point clients at http://127.0.0.1:PORT; /v1/completions, /v1/chat/completions and /v1/models are served.

  --upstream URL,…    servers of the same model; requests go to the least loaded, again to another when one fails
  --out FILE          the trace, made new: Mooncake JSONL, a whole prompt a row (session as thread_id)
  --port P            on 127.0.0.1 (default 8100; 0: a free one)
  --block-tokens N    tokens of a hashed block (default 512)
  --text              write prompts and answers too; without it the file says only which prompts share what
  --help              this text

Text is counted by a toy tokenizer of about 3 bytes a token; the end says how that compares with the server's usage. As in every
trace of prompts, what an answer puts into a cache is seen when a later prompt quotes it, so a replay hits less on first quotes.
Replay: bun run bench 1p1d --trace FILE --set load.arrivals=trace. Look into it: bun run trace inspect FILE.
Exit codes: 0 done; 2 usage; 3 rows were lost; 4 it did not start.`;
