"""What follows from a design's numbers beyond its estimates: swings, loads, growth, cost.

Each module computes and prints nothing; the sections of a document show what it found.

    given     amounts as formulas, and sums over them with their working
    stored    the room that the records of the data model take
    traffic   what the calls of the API move
    again     the worksheet with some values changed: what the next two are made of
    swings    which assumption moves an estimate the most
    growth    how estimates grow, and when they reach their limits
    loads     what arrives at each component; `capacity` compares it with what they serve
    latency   the time of a flow against its budget
    costing   what the design costs
    named     these as names that formulas and requirements may use: `web.headroom`
"""
