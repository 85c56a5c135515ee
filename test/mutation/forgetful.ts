// Stands in for what the hooks remember while mutations are tried: what was worked out before a change would hide it.

const asItIs = <Read>(read: Read): Read => read;

export { asItIs as memoized };
