--- The host keys of the lab. They are private keys that everybody may know: they prove
-- nothing to anybody but a client on this machine, where the lab's devices are. In turn
-- a known_hosts line for a lab with a port of its own stays true from start to start.
-- @module moonwire.lab.key
local key = {}

--- The key that the devices show.
key.USUAL = [[
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACCmCTNAYZGWSDCsHKnZjs+Xkloywbs1t6W9hiXacRU3FAAAAJAQDe5gEA3u
YAAAAAtzc2gtZWQyNTUxOQAAACCmCTNAYZGWSDCsHKnZjs+Xkloywbs1t6W9hiXacRU3FA
AAAEDPSJ8tgSrU6KrTlfFGd/5LF5mivHPVjmGIOtNq7kRR+qYJM0BhkZZIMKwcqdmOz5eS
WjLBuzW3pb2GJdpxFTcUAAAADG1vb253aXJlIGxhYgE=
-----END OPENSSH PRIVATE KEY-----
]]

--- The key of devices whose host key has changed.
key.CHANGED = [[
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACB15BbEe8ipmjervpZ8d7lVOrtyrCzncrPFb+nWpqZ8XwAAAJjUlF321JRd
9gAAAAtzc2gtZWQyNTUxOQAAACB15BbEe8ipmjervpZ8d7lVOrtyrCzncrPFb+nWpqZ8Xw
AAAECX2lwKBUWcoWWcaV2lw6vKxXVS/2HO04xXiQDqr7lEHHXkFsR7yKmaN6u+lnx3uVU6
u3KsLOdys8Vv6dampnxfAAAAFW1vb253aXJlIGxhYiwgY2hhbmdlZA==
-----END OPENSSH PRIVATE KEY-----
]]

return key
