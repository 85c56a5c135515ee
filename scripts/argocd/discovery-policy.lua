if ready.status == "True" then
  return health("Healthy", message)
end
-- Every other reason is a problem of the spec or of a source. The images that were found before are kept.
return health(ready.reason == "Pending" and "Progressing" or "Degraded", message)
