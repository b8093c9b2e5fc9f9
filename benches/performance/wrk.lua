-- What wrk sends: one body again and again; with a file of tokens each of them once. Called as `wrk -s wrk.lua URL -- BODY [TOKENS]`.

local tokens, next_token = {}, 0
local before, after

function init(arguments)
    local body = assert(io.open(arguments[1], "rb")):read("*a")
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = body
    if not arguments[2] then
        return
    end
    for line in io.lines(arguments[2]) do
        tokens[#tokens + 1] = line
    end
    wrk.headers["Authorization"] = "Bearer @"
    local whole = wrk.format()
    local at = whole:find("@", 1, true)
    before, after = whole:sub(1, at - 1), whole:sub(at + 1)
    -- Only where it is there does wrk ask it for every request.
    function request()
        next_token = next_token + 1
        -- A token that is used twice is refused, and the refusals are told at the end.
        return before .. tokens[(next_token - 1) % #tokens + 1] .. after
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"refused":%d,"broken":%d,"p50_us":%d,"p99_us":%d}\n',
        summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
