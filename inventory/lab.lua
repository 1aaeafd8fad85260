-- Five simulated Cisco IOS devices, far away and slow: 150 ms to them and back, and 200
-- ms until they begin to answer a command. The lab starts with the program that loads
-- this file and stops with it; nothing has to be installed or switched on.
return {
  lab = { devices = 5, rtt = 0.150, think = 0.200 },
  commands = { "show ip interface brief", "show vlan" },
}
