// Runs Lua scripts as Argo CD runs health checks: with the object in `obj`, without the libraries string, io and os.
import { spawnSync } from 'node:child_process';

const INTERPRETER = 'lua5.1';

export const hasLua = spawnSync(INTERPRETER, ['-v']).status === 0;
if (!hasLua) console.warn(`${INTERPRETER} is not installed: skipping the tests of the health checks for Argo CD`);

/** Writes a JSON value as Lua. JSON escapes are valid in Lua, except for Unicode escapes, which no test needs. */
function luaLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (Array.isArray(value)) return `{${value.map(luaLiteral).join(',')}}`;
  if (typeof value === 'object') {
    return `{${Object.entries(value).map(([name, field]) => `[${JSON.stringify(name)}]=${luaLiteral(field)}`)}}`;
  }
  return JSON.stringify(value);
}

/** Removes what Argo CD does not open, methods of strings included. A script may not write global variables. */
const sandbox = `
local compile, limit, write = loadstring, setfenv, print
local base = { assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs, pcall = pcall,
  rawequal = rawequal, rawget = rawget, rawset = rawset, select = select, setmetatable = setmetatable, table = table,
  tonumber = tonumber, tostring = tostring, type = type, unpack = unpack }
getmetatable("").__index = nil
string, io, os, math, debug, package = nil
local function run(script, obj)
  base.obj = obj
  local globals = setmetatable({}, { __index = base, __newindex = function() error("the script writes a global") end })
  local health = limit(assert(compile(script)), globals)()
  assert(type(health.status) == "string" and type(health.message) == "string", "status and message must be text")
  write(health.status .. "\\t" .. health.message)
end
`;

export interface Health {
  readonly status: string;
  readonly message: string;
}

export interface HealthCall {
  readonly script: string;
  readonly object: unknown;
}

/** Returns the health that each script reports about its object. Throws if a script fails. */
export function healthOf(calls: readonly HealthCall[]): Health[] {
  const input = calls.map(({ script, object }) => `run(${JSON.stringify(script)}, ${luaLiteral(object)})`);
  const { status, stdout, stderr } = spawnSync(INTERPRETER, ['-'], {
    input: [sandbox, ...input].join('\n'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [health = '', message = ''] = line.split('\t');
      return { status: health, message };
    });
}
