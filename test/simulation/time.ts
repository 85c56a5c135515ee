// Units of time in milliseconds, and the instant at which every simulation starts.

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const START = Date.UTC(2026, 10, 21, 12);
