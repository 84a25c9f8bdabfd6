-- The same body over and over.
local file = assert(io.open(os.getenv("BODY_FILE"), "rb"))
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["content-encoding"] = os.getenv("CONTENT_ENCODING")
wrk.body = file:read("*a")
file:close()
