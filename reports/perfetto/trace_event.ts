// The events of the Chrome trace JSON format that Perfetto reads (ui.perfetto.dev → Open trace file). Times in µs.

export type TraceEvent =
  | {
      readonly ph: "M";
      readonly name: "process_name" | "process_sort_index" | "thread_name";
      readonly pid: number;
      readonly tid: number;
      readonly args: Readonly<Record<string, string | number>>;
    }
  /** A slice of a track (pid, tid); slices of a track nest. */
  | {
      readonly ph: "X";
      readonly name: string;
      readonly cat: string;
      readonly pid: number;
      readonly tid: number;
      readonly ts: number;
      readonly dur: number;
      readonly args: Readonly<Record<string, string | number>>;
    }
  /** Start, step and finish of an arrow; each lies in the slice that encloses its time. */
  | {
      readonly ph: "s" | "t" | "f";
      readonly bp: "e";
      readonly name: string;
      readonly cat: string;
      readonly id: number;
      readonly pid: number;
      readonly tid: number;
      readonly ts: number;
    }
  | {
      readonly ph: "C";
      readonly name: string;
      readonly pid: number;
      readonly tid: number;
      readonly ts: number;
      readonly args: Readonly<Record<string, number>>;
    };
