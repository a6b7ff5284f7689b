/** Number of an object in the master's tables. Used again after its object is gone. */
export type Row = number;

export const NO_ROW: Row = -1;
