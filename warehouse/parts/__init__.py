"""One build by several processes, each making the marts of some of the workspaces.

Whoever publishes (the publisher) compiles the models once, cuts the workspaces into parts and works through them; each
builder process that is connected to the lake's catalogue takes parts, too, on this machine or on another. A part is the
same SQL over a lake in which the other workspaces' rows are not to be seen; what it finds is written to files beside
the lake's. The publisher reads them together, and tests, audits and publishes the whole as it does alone.
"""
