#!lua name=THIS_LIBRARY
--[[ Decide on one request, inside Redis: rules.py and the six algorithms again, in one function.

Redis runs one function at a time and to its end. So whatever stands between reading a caller's
record and writing it back is a single step for everybody else: no two clients can see the same
last free request, and no lock is needed. The price is a second copy of the arithmetic in another
language; a test drives both with the same random traffic and compares every number.

    keys  the caller's record, and the logs that its rules keep (they have the same {hash tag});
          `take` may have several callers, one after the other
    args  1 take, peek, refund, reserve, cancel or reset; or time
          2 the rules, a word for each:  algorithm:name:n:n:n:n:n
          3 what the request costs; for several callers a list with spaces
          4 the time in microseconds; "" or none for the server's own
          5 how many microseconds the caller agrees to wait; "" for an answer at once
          6 changes of the rules, a line each: moment, keep, the rules before
          7, 8, 9 cancel only: the record before and after the reservation, when it departs

The answer is one line of numbers, since a client reads a line faster than a list: a letter for
each rule (y: it refused), then allowed, limit, remaining, retry, reset and delay; where several
rules decide, those six for each of them follow. A retry of -1 means never. Several callers are
several lines. A line with ! names a key that holds something else.

A record is one line, too:      lead written turn state...;rules
(a time is a record's time, see `look_up`), and every record that is written gets an end of life.

Invariants:
    1. One decision touches keys of one hash tag, and every key that is written has a TTL.
    2. All numbers are whole and below 2^53, where Lua's numbers are exact. The client refuses
       rules whose products would pass that (calls.py).
    3. A record's time never runs backwards, whatever the server's clock does.
    4. A refused request writes nothing, unless the record had to be brought up to date.

Cost: O(1) for each rule; O(log n) for a log of n entries. This is a library (FUNCTION LOAD) and no
script: a script makes all of its functions and reads its rules again in each call, which takes as
long as the decision. A library is run once, when it is loaded; then its function is called.
]]

-- While a library is loaded, math and string are out of its reach; so all is made at the first call.
local function made()

local floor, max, min = math.floor, math.max, math.min
local format, match, concat = string.format, string.match, table.concat

-- What one call is about; Redis makes one at a time.
local keys, args
local caller -- the name of the record that is decided on

local function ceil_div(a, b)
  return -floor(-a / b)
end

-- tostring() keeps 14 digits, and a moment has 16. "%d" goes by way of C's long, which holds them
-- on machines of 64 bits and takes a fifth of the time of "%.0f", which holds them everywhere.
local WHOLE = format("%d", 2^53) == "9007199254740992" and "%d" or "%.0f"

local function digits(number)
  return format(WHOLE, number)
end

local function verdict(allowed, limit, remaining, retry, reset, delay)
  return {
    allowed = allowed, limit = limit, remaining = remaining,
    retry = retry, reset = reset, delay = delay or 0,
  }
end

-- The algorithms ---------------------------------------------------------------------------
-- Each one as in its module: `size` numbers of state, initial, step, refund, idle_at.

local function gcd(a, b)
  while b > 0 do a, b = b, a % b end
  return a
end

local NEVER = -1
local A_DAY = 86400 * 1000000

-- GCRA and the leaking bucket ask the same question: how far is the caller ahead of its time?
-- The moment times `scale` would pass 2^53, so a state is whole microseconds and a rest below one.
local function by_arrival(leaks)
  local function ahead_of(p, state, now)
    if state[1] < now then return 0 end
    return (state[1] - now) * p.scale + state[2]
  end
  local function due(p, now, ahead)
    return { now + floor(ahead / p.scale), ahead % p.scale }
  end
  return {
    size = 2,
    policy = function(rate, per, burst)
      local shared = gcd(rate, per)
      local increment, scale = per / shared, rate / shared
      return { increment = increment, scale = scale, burst = burst, most = burst * increment }
    end,
    initial = function(_, now) return { now, 0 } end,
    step = function(p, state, now, cost)
      local ahead = ahead_of(p, state, now)
      local delay = leaks and cost > 0 and ceil_div(ahead, p.scale) or 0
      if cost <= p.burst then -- a larger one is never multiplied
        local after = ahead + cost * p.increment
        local room = p.most - after
        if room >= 0 then
          local left, reset = floor(room / p.increment), ceil_div(after, p.scale)
          return cost > 0 and due(p, now, after) or state,
            verdict(true, p.burst, left, 0, reset, delay)
        end
      end
      local left = floor(max(0, p.most - ahead) / p.increment)
      local retry = NEVER
      if cost <= p.burst then
        retry = ceil_div(ahead + cost * p.increment - p.most, p.scale)
      end
      return state, verdict(false, p.burst, left, retry, ceil_div(ahead, p.scale))
    end,
    refund = function(p, state, now, amount)
      local ahead = ahead_of(p, state, now)
      -- Departures that were told cannot close up: nothing is given back to a leaking bucket.
      if leaks or ahead == 0 then return state end
      return due(p, now, max(0, ahead - min(amount, p.burst) * p.increment))
    end,
    idle_at = function(_, state) return state[1] + (state[2] > 0 and 1 or 0) end,
  }
end

-- The level is kept in tokens times `increment`: a microsecond adds exactly `scale`.
local function token_bucket()
  -- No product of a long time: whoever was away for longer than it takes finds a full bucket.
  local function filled(p, state, now)
    local level, at = state[1], state[2]
    if now <= at then return state end
    local missing = p.capacity - level
    if p.period == 0 then
      local elapsed = now - at
      if elapsed >= ceil_div(missing, p.scale) then return { p.capacity, now } end
      return { level + elapsed * p.scale, now }
    end
    local periods = floor((now - at) / p.period)
    at = at + periods * p.period
    if periods >= ceil_div(missing, p.refill) then return { p.capacity, at } end
    return { level + periods * p.refill, at }
  end
  local function wait_for(p, state, wanted, now)
    local missing, wait = wanted - state[1], 0
    if missing > 0 then
      wait = p.period == 0 and ceil_div(missing, p.scale)
        or ceil_div(missing, p.refill) * p.period
    end
    return max(0, state[2] + wait - now)
  end
  return {
    size = 2,
    policy = function(rate, per, burst, interval, start)
      local shared = gcd(rate, per)
      local increment, scale = per / shared, rate / shared
      local period = interval * per
      return {
        increment = increment, scale = scale, burst = burst, capacity = burst * increment,
        period = period, refill = period * scale, start = start,
      }
    end,
    initial = function(p, now)
      return { (p.start < 0 and p.burst or p.start) * p.increment, now }
    end,
    step = function(p, state, now, cost)
      local full = filled(p, state, now)
      local level = full[1]
      local need = cost <= p.burst and cost * p.increment or p.capacity + 1
      if need <= level then
        local after = { level - need, full[2] }
        local left, reset = floor(after[1] / p.increment), wait_for(p, after, p.capacity, now)
        return cost > 0 and after or state, verdict(true, p.burst, left, 0, reset)
      end
      local retry = cost <= p.burst and wait_for(p, full, need, now) or NEVER
      return state, verdict(false, p.burst, floor(level / p.increment), retry,
        wait_for(p, full, p.capacity, now))
    end,
    refund = function(p, state, now, amount)
      local full = filled(p, state, now)
      return { min(p.capacity, full[1] + min(amount, p.burst) * p.increment), full[2] }
    end,
    idle_at = function(p, state)
      local full_at = state[2] + wait_for(p, state, p.capacity, state[2])
      return p.start < 0 and full_at or full_at + A_DAY
    end,
  }
end

local function fixed_window()
  local function counted(p, state, now)
    local present = floor(now / p.window)
    return present > state[1] and { present, 0 } or state
  end
  return {
    size = 2,
    policy = function(limit, window) return { limit = limit, window = window } end,
    initial = function(p, now) return { floor(now / p.window), 0 } end,
    step = function(p, state, now, cost)
      local here = counted(p, state, now)
      local used = here[2]
      local ends = (here[1] + 1) * p.window - now
      if used + cost <= p.limit then
        used = used + cost
        return cost > 0 and { here[1], used } or state,
          verdict(true, p.limit, p.limit - used, 0, used > 0 and ends or 0)
      end
      local retry = cost <= p.limit and ends or NEVER
      return state, verdict(false, p.limit, p.limit - used, retry, used > 0 and ends or 0)
    end,
    refund = function(p, state, now, amount)
      local here = counted(p, state, now)
      return { here[1], max(0, here[2] - amount) }
    end,
    idle_at = function(p, state) return (state[1] + (state[2] > 0 and 1 or 0)) * p.window end,
  }
end

local function sliding_counter()
  local function counted(p, state, now)
    local present = floor(now / p.window)
    if present <= state[1] then return state end
    return { present, present == state[1] + 1 and state[3] or 0, 0 }
  end
  return {
    size = 3,
    policy = function(limit, window) return { limit = limit, window = window } end,
    initial = function(p, now) return { floor(now / p.window), 0, 0 } end,
    step = function(p, state, now, cost)
      local here = counted(p, state, now)
      local previous, current = here[2], here[3]
      local ends = (here[1] + 1) * p.window
      local ahead = min(ends - now, p.window)
      local free = (p.limit - current) * p.window - previous * ahead
      if cost <= p.limit and cost * p.window <= free or cost == 0 then
        local left = floor(max(0, free - cost * p.window) / p.window)
        current = current + cost
        local reset = current > 0 and ends + p.window - now or previous > 0 and ends - now or 0
        return cost > 0 and { here[1], previous, current } or state,
          verdict(true, p.limit, left, 0, reset)
      end
      local retry = NEVER
      if cost <= p.limit then
        local room = p.limit - current - cost
        if room >= 0 then
          retry = ends - now - floor(room * p.window / previous)
        else
          retry = ends + p.window - now - floor((p.limit - cost) * p.window / current)
        end
      end
      local reset = current > 0 and ends + p.window - now or previous > 0 and ends - now or 0
      return state, verdict(false, p.limit, floor(max(0, free) / p.window), retry, reset)
    end,
    refund = function(p, state, now, amount)
      local here = counted(p, state, now)
      local older = max(0, amount - here[3])
      return { here[1], max(0, here[2] - older), max(0, here[3] - amount) }
    end,
    idle_at = function(p, state)
      return (state[1] + (state[3] > 0 and 2 or state[2] > 0 and 1 or 0)) * p.window
    end,
  }
end

-- A state is the newest moment and the total ever spent; the entries are a sorted set beside the
-- record: the moment is the score, and the member what had been spent before it, in 16 digits, so
-- that entries of one moment stand in order, too. An entry goes when it has left for everybody,
-- not when a request that waits would no longer see it: the reservation may be cancelled.
local function sliding_log()
  -- What came at this moment or before it has left.
  local function gone_at(p, state, now)
    return max(now, state[1]) - p.window
  end
  local function before_first(p, gone)
    local found = redis.call("ZRANGEBYSCORE", caller .. p.log, "(" .. digits(gone), "+inf", "LIMIT", 0, 1)
    return found[1] and tonumber(found[1])
  end
  local function used_by(p, state, now)
    local before = before_first(p, gone_at(p, state, now))
    return before and state[2] - before or 0
  end
  -- The moment of the last entry that began below this total. Each entry costs 1 or more, so
  -- it is at most `need` entries behind the first: callers of cost 1 are found at once.
  local function leaving(p, gone, total, need)
    local low = redis.call("ZCOUNT", caller .. p.log, "-inf", digits(gone))
    local high = min(redis.call("ZCARD", caller .. p.log), low + need) - 1
    while low < high do
      local middle = ceil_div(low + high, 2)
      if tonumber(redis.call("ZRANGE", caller .. p.log, middle, middle)[1]) < total then
        low = middle
      else
        high = middle - 1
      end
    end
    return tonumber(redis.call("ZRANGE", caller .. p.log, low, low, "WITHSCORES")[2])
  end
  return {
    size = 2,
    policy = function(limit, window, log)
      return { limit = limit, window = window, log = log }
    end,
    initial = function(_, now) return { now, 0 } end,
    step = function(p, state, now, cost)
      local newest, total = state[1], state[2]
      local gone = gone_at(p, state, now)
      local before = before_first(p, gone)
      local used = before and total - before or 0
      local reset = used > 0 and newest + p.window - now or 0
      local left = p.limit - used - cost
      if left >= 0 then
        if cost == 0 then return state, verdict(true, p.limit, left, 0, reset) end
        local here = max(now, newest)
        return { here, total + cost, entry = total },
          verdict(true, p.limit, left, 0, here + p.window - now)
      end
      local retry = NEVER
      if cost <= p.limit then
        retry = leaving(p, gone, total + cost - p.limit, used + cost - p.limit)
          + p.window - now
      end
      return state, verdict(false, p.limit, p.limit - used, retry, reset)
    end,
    refund = function(p, state, _, amount)
      local newest, total = state[1], state[2]
      local first = before_first(p, newest - p.window)
      if not first then return state end
      total = max(first, total - amount)
      while true do -- each entry that is taken out was put in once: O(log n), amortised
        local last = redis.call("ZREVRANGE", caller .. p.log, 0, 0, "WITHSCORES")
        if not last[1] or tonumber(last[2]) <= newest - p.window then return { newest, total } end
        if tonumber(last[1]) < total then return { tonumber(last[2]), total } end
        redis.call("ZREM", caller .. p.log, last[1])
      end
    end,
    idle_at = function(p, state)
      return used_by(p, state, state[1]) > 0 and state[1] + p.window or state[1]
    end,
  }
end

local ALGORITHMS = {
  ["token-bucket"] = token_bucket(),
  ["leaking-bucket"] = by_arrival(true),
  ["fixed-window"] = fixed_window(),
  ["sliding-log"] = sliding_log(),
  ["sliding-counter"] = sliding_counter(),
  ["gcra"] = by_arrival(false),
}

-- Rules and records ------------------------------------------------------------------------

-- The rules, and how a record under them is read and written: in one step each, as a pattern.
-- Nil when these are no rules: the text of a record may come from anybody.
local function read_rules(text)
  local rules, states = { text = text, logs = {} }, 0
  for word in string.gmatch(text, "%S+") do
    local kind, name, numbers = match(word, "^(.-):(.-):(.*)$")
    local module, policy = ALGORITHMS[kind or ""], nil
    local a, b, c, d, e = match(numbers or "", "^(%d+):(%d+):(%d+):(%d+):(%-?%d+)$")
    if not module or not a then return nil end
    local log = kind == "sliding-log" and ":" .. (#rules + 1) -- the same tag, so the same slot
    if log then
      policy = module.policy(tonumber(a), tonumber(b), log)
      rules.logs[#rules.logs + 1] = #rules + 1
    else
      policy = module.policy(tonumber(a), tonumber(b), tonumber(c), tonumber(d), tonumber(e))
    end
    rules[#rules + 1] = {
      name = name, module = module, policy = policy, log = log, leaks = kind == "leaking-bucket",
      same = kind .. ":" .. numbers, -- as another rule's when algorithm and policy are the same
    }
    states = states + module.size
  end
  rules.shape = "^(%-?%d+)" .. string.rep(" (%-?%d+)", states + 2) .. ";(.*)$"
  rules.form = string.rep(WHOLE .. " ", states + 2) .. WHOLE .. ";"
  return rules
end

-- Limiters have few sets of rules, and say them each time: those read last are remembered.
local REMEMBERED = 100
local known_rules, known_count = {}, 0

local function rules_of(text)
  local rules = known_rules[text]
  if not rules then
    if known_count == REMEMBERED then known_rules, known_count = {}, 0 end
    rules = read_rules(text)
    known_rules[text], known_count = rules, known_count + 1
  end
  return rules
end

-- Nil when it is no record.
local function record_of(value, rules)
  local words = { match(value, rules.shape) }
  if words[#words] ~= rules.text then -- made under others
    local text = match(value, "^[%d. -]+;(%S.*:.*)$")
    if not text then return nil end
    rules = rules_of(text)
    words = rules and { match(value, rules.shape) } or {}
    if not words[1] then return nil end
  end
  local states, next = {}, 4
  for i, rule in ipairs(rules) do
    local state = {}
    for j = 1, rule.module.size do
      state[j] = tonumber(words[next])
      next = next + 1
    end
    states[i] = state
  end
  return {
    lead = tonumber(words[1]), written = tonumber(words[2]), turn = tonumber(words[3]),
    states = states, rules = rules,
  }
end

local function line_of_record(record)
  local numbers, last = { record.lead, record.now, record.turn }, 3
  for i, state in ipairs(record.states) do
    for j = 1, record.rules[i].module.size do
      last = last + 1
      numbers[last] = state[j]
    end
  end
  return format(record.rules.form, unpack(numbers)) .. record.rules.text
end

-- What a record says of its caller, without when it was written.
local function body_of(record)
  return match(line_of_record(record), "^%S+ %S+ (.*)$")
end

local function stranger(rules, now)
  local states = {}
  for i, rule in ipairs(rules) do
    states[i] = rule.module.initial(rule.policy, now)
  end
  return { lead = 0, now = now, turn = now, states = states, rules = rules }
end

local function idle_at(record)
  local latest = record.turn
  for i, rule in ipairs(record.rules) do
    latest = max(latest, rule.module.idle_at(rule.policy, record.states[i]))
  end
  return latest
end

-- A time that was handed in is not the server's: its records live at least this long.
local AN_HOUR = 3600 * 1000

local function handed_in()
  return tonumber(args[4] or "")
end

local function keep(record)
  local rules, life = record.rules, nil
  for _, i in ipairs(rules.logs) do
    local rule, state = rules[i], record.states[i]
    if state.entry then
      local log = caller .. rule.log
      redis.call("ZREMRANGEBYSCORE", log, "-inf", digits(record.now - rule.policy.window))
      redis.call("ZADD", log, digits(state[1]), format("%016.0f", state.entry))
      state.entry = nil
    end
  end
  life = max(1, ceil_div(idle_at(record) - record.now, 1000))
  if handed_in() then life = max(life, AN_HOUR) end
  redis.call("SET", caller, line_of_record(record), "PX", digits(life))
  for _, i in ipairs(rules.logs) do
    redis.call("PEXPIRE", caller .. rules[i].log, digits(life))
  end
end

local function forget(rules)
  redis.call("DEL", caller)
  for _, i in ipairs(rules.logs) do redis.call("DEL", caller .. rules[i].log) end
end

-- Deciding, as rules.py does ---------------------------------------------------------------

-- Every rule's next state, and what they say together. Also returns who refused, as letters.
local function ask(rules, states, at, cost)
  if #rules == 1 then
    local state, said = rules[1].module.step(rules[1].policy, states[1], at, cost)
    said.refused = said.allowed and "n" or "y"
    return { state }, said
  end
  local after, parts, refused, allowed = {}, {}, {}, true
  for i, rule in ipairs(rules) do
    after[i], parts[i] = rule.module.step(rule.policy, states[i], at, cost)
    refused[i] = parts[i].allowed and "n" or "y"
    allowed = allowed and parts[i].allowed
  end
  if not allowed then -- those that would have admitted it have not: what they say is what is there
    for i, rule in ipairs(rules) do
      if parts[i].allowed then
        parts[i] = select(2, rule.module.step(rule.policy, states[i], at, 0))
      end
    end
  end
  local said = verdict(allowed, parts[1].limit, parts[1].remaining, 0, 0, 0)
  for _, part in ipairs(parts) do
    said.limit, said.remaining = min(said.limit, part.limit), min(said.remaining, part.remaining)
    said.reset, said.delay = max(said.reset, part.reset), max(said.delay, part.delay)
    if part.retry == NEVER or said.retry == NEVER then said.retry = NEVER
    else said.retry = max(said.retry, part.retry) end
  end
  said.refused, said.parts = concat(refused), parts
  return after, said
end

-- What was found at a turn in the future, as it looks from now: others wait before it.
local function seen_from_before(said, behind)
  if behind > 0 then
    said.remaining = 0
    if said.retry > 0 then said.retry = said.retry + behind end
    said.reset = said.reset + behind
    for _, part in ipairs(said.parts or {}) do seen_from_before(part, behind) end
  end
  return said
end

-- Returns the decision, and the states and the turn to keep when something is to be kept.
local function decide(record, cost, most)
  local rules, now = record.rules, record.now
  local at, patience = max(now, record.turn), most or 0
  local states, said = ask(rules, record.states, at, cost)
  if not most and at == now then -- nearly every request
    if said.allowed and cost > 0 then return said, states, record.turn end
    return said
  end
  local wait = said.retry
  if wait == NEVER then return seen_from_before(said, at - now) end
  local booked, admitted = states, said
  if wait > 0 then booked, admitted = ask(rules, record.states, at + wait, cost) end
  local behind = at + wait - now
  local until_then = behind + (most and admitted.delay or 0)
  if cost > 0 and until_then > patience then
    if said.allowed then -- nothing is short, but others wait before it, or it departs too late
      said = select(2, ask(rules, record.states, at, 0))
      said.allowed, said.refused = false, string.rep("y", #rules)
    end
    said = seen_from_before(said, at - now)
    said.retry = until_then - patience
    return said
  end
  admitted = seen_from_before(admitted, behind)
  if cost == 0 then return admitted end
  admitted.delay = admitted.delay + behind
  return admitted, booked, at + wait
end

-- A name that no log has.
local ASIDE = ":aside:"

-- Logs that are kept, under the places of the new rules. First all are moved aside, since the new
-- place of one may be the old one of another.
local function move_logs(record, rules, heirs)
  for i, from in pairs(heirs) do
    local there = rules[i].log and caller .. record.rules[from].log
    -- A log whose entries have all gone is no key, and cannot be renamed.
    if there then redis.pcall("RENAME", there, caller .. ASIDE .. i) end
  end
  forget(record.rules)
  for i in pairs(heirs) do
    if rules[i].log then redis.pcall("RENAME", caller .. ASIDE .. i, caller .. rules[i].log) end
  end
end

-- The record under other rules; as rules.carried.
local function carried(record, rules, now, how)
  local at, before, place = max(now, record.turn), {}, {}
  for i, rule in ipairs(record.rules) do
    local _, was = rule.module.step(rule.policy, record.states[i], at, 0)
    before[rule.name], place[rule.name] = was, i
  end
  if #record.rules == 1 and #rules == 1 then
    before[rules[1].name], place[rules[1].name] = before[record.rules[1].name], 1
  end
  local outlet_free, next_departs = at, at
  for _, rule in ipairs(record.rules) do
    if rule.leaks then outlet_free = max(outlet_free, at + before[rule.name].reset) end
  end
  local heirs = {} -- of the rules that go on as they were, where they were
  for i, rule in ipairs(rules) do
    local from = place[rule.name]
    if from and how ~= "reset" and record.rules[from].same == rule.same then heirs[i] = from end
  end
  move_logs(record, rules, heirs)
  local states = {}
  for i, rule in ipairs(rules) do
    local state, was = nil, before[rule.name]
    if heirs[i] then
      state = record.states[heirs[i]]
    else
      state = rule.module.initial(rule.policy, at)
      if was and how ~= "reset" then
        local _, fresh = rule.module.step(rule.policy, state, at, 0)
        local left = was.remaining
        if how == "proportional" then left = floor(left * fresh.limit / was.limit) end
        if how == "additive" then left = left + fresh.limit - was.limit end
        local spent = fresh.remaining - min(max(left, 0), fresh.limit)
        if spent > 0 then state = rule.module.step(rule.policy, state, at, spent)
        else state = rule.module.refund(rule.policy, state, at, -spent) end
      end
    end
    if rule.leaks then
      local _, inside = rule.module.step(rule.policy, state, at, 0)
      next_departs = max(next_departs, at + inside.reset)
    end
    states[i] = state
  end
  -- Nobody overtakes those inside a leaking bucket: the last of them becomes the caller's turn.
  local turn = next_departs >= outlet_free and record.turn or outlet_free
  return {
    lead = record.lead, now = record.now, turn = turn,
    states = states, rules = rules,
  }
end

-- The rules that changed since this record was written, in this client's memory of them. A record
-- that was written after the change, or under rules unknown here, comes from a client that works
-- under other rules beside this one: what its caller has left is taken over, and never more. So
-- two of them can go on side by side, and neither hands out what the other had refused.
local function up_to_date(record, rules)
  local steps, moment, text = {}, record.written - record.lead, record.rules.text
  for changed, how, old in string.gmatch(args[6] or "", "(%S+) (%S+) ([^\n]+)") do
    changed = tonumber(changed)
    local missed = changed > moment or changed == moment and old ~= rules.text
    if #steps > 0 or old == text and missed then
      steps[#steps + 1] = { changed = changed, how = how, old = old }
    end
  end
  if #steps == 0 then
    return text == rules.text and record or carried(record, rules, record.now, "as-is")
  end
  for i, step in ipairs(steps) do
    local after = steps[i + 1] and rules_of(steps[i + 1].old) or rules
    record = carried(record, after, step.changed + record.lead, step.how)
    if steps[i + 1] then keep(record) end -- its logs are read by the next step
  end
  return record
end

-- The caller's record, brought up to date and kept so; nil for a stranger.
--
-- Its time is the server's clock plus its lead, and a clock that stepped back only raises the
-- lead: no time has passed. So nobody gets anything out of the step, and nobody has to wait for
-- the clock to catch up. A clock that steps forward is time passing: Redis cannot know better.
local function look_up(rules, clock)
  local value = redis.pcall("GET", caller)
  if not value then return nil end
  if value.err and not match(value.err, "^WRONGTYPE") then
    redis.call("GET", caller) -- the user may not read it: said as it is
  end
  local record = not value.err and record_of(value, rules)
  if not record then return nil, "! " .. caller end
  record.now = clock + record.lead
  local stale = record.now < record.written
  if stale then
    record.lead = record.written - clock
    record.now = record.written
  end
  if not stale and (args[6] or "") == "" and record.rules == rules then return record end -- nearly always
  local current = up_to_date(record, rules)
  if stale or current ~= record then keep(current) end
  return current
end

-- The calls --------------------------------------------------------------------------------

local SIX = string.rep(" " .. WHOLE, 6)

local function line_of(said)
  local line = said.refused
  local function add(part)
    line = line .. format(SIX, part.allowed and 1 or 0, part.limit, part.remaining, part.retry,
      part.reset, part.delay)
  end
  add(said)
  for _, part in ipairs(said.parts or {}) do add(part) end
  return line
end

local function answer(call, rules, clock, cost)
  local known, fault = look_up(rules, clock)
  if fault then return fault end

  if call == "reset" then
    forget(rules)
    return "done"
  end

  if call == "refund" then
    if known then
      local at = max(known.now, known.turn)
      for i, rule in ipairs(rules) do
        known.states[i] = rule.module.refund(rule.policy, known.states[i], at, cost)
      end
      keep(known)
    end
    return "done"
  end

  if call == "cancel" then
    -- Only the last one in the line: a place in the middle stays taken, since those behind it keep
    -- the moments that they were told. With the last one gone, the one before it is the last.
    if not known or tonumber(args[9]) <= known.now or body_of(known) ~= args[8] then return "0" end
    local before = record_of("0 0 " .. args[7], rules)
    for i, rule in ipairs(rules) do
      if rule.log and known.states[i][2] > before.states[i][2] then
        redis.call("ZREMRANGEBYRANK", caller .. rule.log, -1, -1)
      end
    end
    known.states, known.turn = before.states, before.turn
    keep(known)
    return "1"
  end

  local record = known or stranger(rules, clock)
  local before = call == "reserve" and body_of(record)
  local said, states, turn = decide(record, cost, tonumber(args[5] or ""))
  if call ~= "peek" then
    if states then
      record.states, record.turn = states, turn
      keep(record)
    elseif not known and cost > 0 and idle_at(record) > clock then
      keep(record) -- a stranger that does not begin with all there is: tokens come from now on
    end
  end
  if call == "reserve" then
    return { line_of(said), before, body_of(record), digits(record.now + said.delay) }
  end
  return line_of(said)
end

return function(their_keys, their_args)
  keys, args = their_keys, their_args
  local call, rules, clock = args[1], rules_of(args[2]), handed_in()
  if not clock then
    local time = redis.call("TIME")
    clock = time[1] * 1000000 + time[2]
  end
  if call == "time" then return digits(clock) end
  caller = keys[1]
  local cost = tonumber(args[3])
  if cost then return answer(call, rules, clock, cost) end
  local costs, lines = {}, {}
  for word in string.gmatch(args[3], "%S+") do costs[#costs + 1] = tonumber(word) end
  for i = 1, #costs do
    caller = keys[(i - 1) * #keys / #costs + 1]
    lines[i] = answer(call, rules, clock, costs[i])
  end
  return concat(lines, "\n")
end

end

local call
redis.register_function("THIS_LIBRARY", function(keys, args)
  call = call or made()
  return call(keys, args)
end)
