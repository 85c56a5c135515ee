local function health(status, message)
  return { status = status, message = message }
end

local function condition(type)
  for _, each in ipairs((obj.status or {}).conditions or {}) do
    if each.type == type then
      return each
    end
  end
end

local function isCurrent(each)
  return each.observedGeneration == nil or each.observedGeneration == obj.metadata.generation
end

local ready = condition("Ready")
if ready == nil then
  return health("Progressing", "waiting for Drop: there is no condition Ready yet")
end
if obj.status.observedGeneration ~= obj.metadata.generation or not isCurrent(ready) then
  return health("Progressing", "waiting for Drop: the status is about an earlier version of the spec")
end

local message = (ready.reason or "") .. ": " .. (ready.message or "")
