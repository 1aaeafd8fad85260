--- The configurations that simulated switches are delivered with, one for each role.
-- They have gaps for what is the own of each device; see `moonwire.lab.template`.
-- @module moonwire.lab.pristine
local pristine = {}

local HEAD = [[
version 15.2
service timestamps debug datetime msec
service timestamps log datetime msec
service password-encryption
hostname @name@
logging buffered 16384
enable secret 5 @secret@
username @username@ privilege @privilege@ secret 5 @login@
no aaa new-model
no ip domain lookup
ip domain name lab.example
ip cef
vtp mode transparent
spanning-tree mode rapid-pvst
spanning-tree extend system-id
]]

local TAIL = [[
ip http server
ip http secure-server
ip ssh version 2
ip route 0.0.0.0 0.0.0.0 10.2.0.1
snmp-server community @community@ RO
snmp-server location Rack @rack@, lab
snmp-server contact netops@lab.example
line con 0
 logging synchronous
line vty 0 4
 login local
 transport preferred none
 transport input ssh
line vty 5 15
 login local
 transport preferred none
 transport input ssh
ntp server 10.2.0.1
]]

local CORE = [[
vlan 10
 name USERS
vlan 20
 name VOICE
vlan 30
 name SERVERS
vlan 99
 name MANAGEMENT
interface GigabitEthernet0/0
 description to the other core switch
 switchport trunk encapsulation dot1q
 switchport mode trunk
interface GigabitEthernet0/1
 description to SW-Bld_A
 switchport trunk encapsulation dot1q
 switchport mode trunk
interface GigabitEthernet0/2
 description to SW-Bld_B
 switchport trunk encapsulation dot1q
 switchport mode trunk
interface GigabitEthernet0/3
 description to SW-Data_Center
 switchport trunk encapsulation dot1q
 switchport mode trunk
interface GigabitEthernet1/0
 description uplink
 no switchport
 ip address @transit@ 255.255.255.252
interface GigabitEthernet1/1
 shutdown
interface GigabitEthernet1/2
 shutdown
interface GigabitEthernet1/3
 shutdown
interface Vlan1
 no ip address
 shutdown
interface Vlan10
 ip address @users@ 255.255.255.0
interface Vlan20
 ip address @voice@ 255.255.255.0
interface Vlan30
 ip address @servers@ 255.255.255.0
interface Vlan99
 description management
 ip address @address@ 255.255.0.0
]]

local ACCESS = [[
vlan 10
 name USERS
vlan 20
 name VOICE
vlan 99
 name MANAGEMENT
interface GigabitEthernet0/0
 description to SW-CORE_1
 switchport trunk encapsulation dot1q
 switchport mode trunk
interface GigabitEthernet0/1
 description to SW-CORE_2
 switchport trunk encapsulation dot1q
 switchport mode trunk
interface GigabitEthernet0/2
 switchport access vlan 10
 switchport mode access
 switchport voice vlan 20
interface GigabitEthernet0/3
 switchport access vlan 10
 switchport mode access
 switchport voice vlan 20
interface GigabitEthernet1/0
 switchport access vlan 10
 switchport mode access
 switchport voice vlan 20
interface GigabitEthernet1/1
 switchport access vlan 10
 switchport mode access
interface GigabitEthernet1/2
 shutdown
interface GigabitEthernet1/3
 shutdown
interface Vlan1
 no ip address
 shutdown
interface Vlan99
 description management
 ip address @address@ 255.255.0.0
]]

local DATA_CENTER = [[
vlan 30
 name SERVERS
vlan 31
 name STORAGE
vlan 32
 name BACKUP
vlan 99
 name MANAGEMENT
interface GigabitEthernet0/0
 description to SW-CORE_1
 switchport trunk encapsulation dot1q
 switchport mode trunk
interface GigabitEthernet0/1
 description to SW-CORE_2
 switchport trunk encapsulation dot1q
 switchport mode trunk
interface GigabitEthernet0/2
 description hypervisor 1
 switchport access vlan 30
 switchport mode access
interface GigabitEthernet0/3
 description hypervisor 2
 switchport access vlan 30
 switchport mode access
interface GigabitEthernet1/0
 description storage 1
 switchport access vlan 31
 switchport mode access
interface GigabitEthernet1/1
 description storage 2
 switchport access vlan 31
 switchport mode access
interface GigabitEthernet1/2
 description backup
 switchport access vlan 32
 switchport mode access
interface GigabitEthernet1/3
 shutdown
interface Vlan1
 no ip address
 shutdown
interface Vlan99
 description management
 ip address @address@ 255.255.0.0
]]

local TEXTS = {
  core = HEAD .. CORE .. TAIL,
  access = HEAD .. ACCESS .. TAIL,
  ["data center"] = HEAD .. DATA_CENTER .. TAIL,
}

local FIRST = { "core", "core", "access", "access", "data center" }

--- The role of a device.
-- @int index of the device, from 1
-- @treturn string "core", "access" or "data center"
function pristine.role(index)
  return FIRST[index] or "access"
end

--- The configuration of a role.
-- @string role
-- @treturn string with gaps
function pristine.text(role)
  return TEXTS[role]
end

return pristine
