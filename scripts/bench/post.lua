local file = assert(io.open(os.getenv("BODY_FILE"), "rb"))
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = file:read("*a")
file:close()
