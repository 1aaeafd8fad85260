-- What devices show when they wait for a command, by platform and mode, and what only
-- looks like it. Beside the samples in the platforms' own files: these are here so that
-- whoever changes a pattern does not change its proof with it.
-- A line above the prompt stands before a "\n".
return {
  alcatel_aos = {
    exec = { "->", "-> ", "OS6450> ", "hall-3:->", "core@sw1#", "OS6900-X20 > " },
    none = {
      "Please wait...", "ERROR: Ambiguous command: 's'", "login : ", "password : ",
      "/flash/certified/boot.cfg", "! VLAN :",
    },
  },
  arista_eos = {
    exec = { "spine2>", "dc1-leaf3a(s2)>", "edge 4.lab>", "sw:old@site>" },
    priv = { "spine2#", "dc1-leaf3a(s2)#", "mlag.a(s1)# ", "edge 4.lab#", "veos-01# " },
    config = {
      "spine2(config)#", "spine2(config-if-Et3/1-4)#", "spine2(config-vlan-10)# ",
      "spine2(config-router-bgp-vrf-blue)#", "dc1-leaf3a(s2)(config-mlag)#",
      "spine2(config-s-sess-42)#",
    },
    bash = { "[ops@spine2 ~]$ ", "[ops@spine2 flash]$", "[root@veos-01 /etc]$ " },
    none = {
      "% Incomplete command", "Last login: Tue Mar  7 08:01:10 2023 from 192.0.2.3",
      "Copy completed successfully.", "--More--", "! Time: Tue Mar  7 08:02:00 2023",
    },
  },
  aruba_aoscx = {
    exec = { "sw-6300>", "cx-2.hq> " },
    priv = { "sw-6300#", "8400X:lab#", "cx-2.hq# ", "SW_6300# " },
    config = {
      "sw-6300(config)#", "sw-6300(config-if)#", "sw-6300(config-if-vlan)# ",
      "sw-6300(config-bgp)#", "cx-2.hq(config-lag-if)# ",
    },
    none = {
      "% Command incomplete.", "Enter switch number:", "VLAN 99 doesn't exist",
      "switch login: ", "!Version ArubaOS-CX GL.10.10.1000",
    },
  },
  aruba_os = {
    exec = { "(Aruba7205) >", "(Aruba7205) *>", "(mm-hq.01) ^>", "ap-cafe>" },
    priv = {
      "(Aruba7205) #", "(Aruba7205) ^#", "(mm-hq.01) [md] #", "(mm-hq.01) *[mynode] #",
      "(mm-hq.01) ^[mm/mynode] #", "ap-cafe#", "20:4c:03:aa:bb:cc# ",
    },
    config = {
      "(Aruba7205) (config) #", "(mm-hq.01) [md] (config) #",
      "(Aruba7205) (config-role) #", "(mm-hq.01) *[mynode] (config-vlan)#",
      "ap-cafe(config)# ",
    },
    none = {
      "% Too many parameters", "(C) 2023 Hewlett Packard", "Error: unknown vlan",
      "User: ", "controller config 12",
    },
  },
  checkpoint_gaia = {
    clish = { "fw-a>", "fw-a.site:4>", "CP_mgmt> ", "fw-a:0> " },
    expert = { "[Expert@CP_mgmt]# ", "[Expert@fw-a:4]#", "[Expert@fw-a.site:0]# " },
    none = {
      "CLINFR0349  Incomplete command.", "Wrong password.", "login: ",
      "set user admin shell /etc/cli.sh", "This system is for authorized use only.",
    },
  },
  cisco_asa = {
    exec = { "asa5506>", "edge-fw/pri/act>", "ASA_2.dmz> " },
    priv = { "asa5506#", "edge-fw/sec/stby#", "asa5506/admin# ", "asa5506/ctx-A/act#" },
    config = {
      "asa5506(config)#", "asa5506(config-webvpn)#", "asa5506/ctx-A(config-if)# ",
      "edge-fw/pri/act(config-network-object)#",
    },
    none = {
      "INFO: Power-On Self-Test in process.", "Invalid password", "Username: ",
      "Cryptochecksum: 1a2b3c4d 5e6f7081 92a3b4c5 d6e7f809", "<--- More --->",
    },
  },
  cisco_ios = {
    exec = { "Switch>", "rtr-12.branch>", "C9300_stack> " },
    priv = {
      "Switch#", "rtr-12.branch#", "C9300_stack# ", "pe@pop-4#", "R1(lab)x#",
    },
    config = {
      "Switch(config)#", "rtr-12.branch(config-line)#", "Switch(config-ext-nacl)# ",
      "Switch(ca-trustpoint)#", "Switch(config-pmap-c)#", "branch-router-with-a(cfg)#",
    },
    tclsh = { "Switch(tcl)#", "rtr-12.branch(tcl)>", "+>", "Switch(tcl)# " },
    none = {
      "Translating \"shwo\"...domain server (255.255.255.255)", "Username: ",
      "flash:R7#2.bak", "Building configuration...",
      "Overwrite the previous config?[no]:",
      "*Mar  1 00:00:09.111: %LINK-3-UPDOWN: Interface Gi0/1, changed state to up",
    },
  },
  cisco_nxos = {
    exec = { "n9k-2>", "n9k-2(maint-mode)> " },
    priv = { "n9k-2#", "n9k-2.dc1# ", "BORDER_1#", "BORDER_1(maint-mode)# " },
    config = {
      "n9k-2(config)#", "n9k-2(config-vlan)#", "n9k-2(config-if-nve-vni)# ",
      "n9k-2(conf-tm-sensor)#", "n9k-2(maint-mode)(config-if)#",
    },
    tclsh = { "n9k-2-tcl#", "n9k-2(config-tcl)#", "> " },
    none = {
      "% Invalid command at '^' marker.", "[#######                 ]  30%",
      "Copy complete, now saving to disk (please wait)...", "login: ",
      "!Time: Tue Mar  7 09:00:00 2023", "  range <1-4094>",
    },
  },
  cisco_wlc = {
    exec = { "(WLC2504) >", "(wlc 5520.hq) >", "(Cisco Controller) > " },
    config = { "(WLC2504) config>", "(wlc 5520.hq) config> " },
    none = {
      "(Cisco Capwap Simulator)", "Incorrect input! Use 'config wlan <id>'.", "User:",
      "Configuration Saved!", "System Name...................... (WLC2504)",
    },
  },
  cisco_xr = {
    priv = {
      "RP/0/RSP1/CPU0:asr9k-1#", "RP/0/RP1/CPU0:ncs.pop2#", "ncs540#",
      "RP/0/0/CPU0:xrv_2# ",
    },
    config = {
      "RP/0/RSP1/CPU0:asr9k-1(config)#", "RP/0/RP1/CPU0:ncs.pop2(config-ospf-ar-if)#",
      "RP/0/0/CPU0:xrv_2(config-if)# ", "ncs540(config)#",
      "RP/0/RSP1/CPU0:asr9k-1(admin-config)# ",
    },
    admin = { "RP/0/RSP1/CPU0:asr9k-1(admin)#", "sysadmin-vm:0_RP0(admin)# " },
    none = {
      "Tue Mar  7 09:12:44.001 UTC", "!! IOS XR Configuration 7.3.2", "Username: ",
      "% This command is not authorized", "Updated Commit database in 1 sec.",
    },
  },
  cumulus_linux = {
    user = {
      "ops@spine01:mgmt:~$ ", "cumulus@tor-3:/tmp$", "cumulus@tor-3:mgmt:/etc/frr$ ",
    },
    root = { "root@spine01:mgmt:~# ", "root@tor-3:/var/log#" },
    none = {
      "tor-3 login: ", "created [rev_id: 7]", "Error: GET /nvue_v1/x not found",
      "[sudo] password for ops: ", "auto swp1",
    },
  },
  bird = {
    cli = { "bird> ", "bird>" },
    linux = { "ops@rs1.ix:~$ ", "root@rs1:/etc/bird# " },
    none = {
      "BIRD 1.6.8 ready.", "syntax error, unexpected END", "discard: disabled",
      "Access denied", "bird> show status", "rs1 login: ",
    },
  },
  linux_sh = {
    user = { "$ ", "tor-3$ " },
    root = { "# ", "#" },
    none = { "> ", "tor-3 login: ", "Password: ", "sh: 1: x: not found", "cost: $" },
  },
  dell_os10 = {
    exec = { "MX9116>", "tor-2.rack7> " },
    priv = { "MX9116#", "tor-2.rack7#", "S4148_a# " },
    config = {
      "MX9116(config)#", "tor-2.rack7(conf-range-eth1/1/1-1/1/4)#",
      "MX9116(conf-vlt-1)# ", "MX9116(config-router-neighbor)#",
    },
    none = {
      "% Error: Illegal parameter.", "OS10 login: ",
      "! Last configuration change at Mar", "% Incomplete command.", "Copy completed",
    },
  },
  dell_sonic = {
    linux = { "admin@tor-a:~$ ", "ops@sonic.dc:/etc/sonic$", "root@tor-a:~# " },
    priv = { "tor-a#", "sonic.dc# ", "S5232_1#" },
    config = {
      "tor-a(config)#", "tor-a(config-router-bgp)#", "sonic.dc(conf-if-Eth1/5)# ",
      "tor-a(config-if-Vlan10)#",
    },
    none = {
      "%Error: Ambiguous command.", "tor-a login: ", "syncd: running",
      "Warning: Idle timeout, closing", "SONiC Software Version: SONiC-OS-4.1.0",
    },
  },
  ericsson_ipos = {
    exec = { "[local]r6675>", "[cust-7]ssr8020.pop> " },
    priv = { "[local]r6675#", "[cust-7]ssr8020.pop# ", "[mgmt]SSR_1#" },
    config = {
      "[local]r6675(config)#", "[local]r6675(config-port)#",
      "[cust-7]ssr8020.pop(config-bgp)# ", "[local]r6675(config-ctx)#",
    },
    none = {
      "% Incomplete command", "[local] is the context", "login:",
      "Building configuration...", "Transaction committed.",
    },
  },
  extreme_exos = {
    exec = {
      "X465-24.1 # ", "* X465-24.2 # ", "! X465-24.30 # ", "*! core_1.site.107 #",
      "Slot-2 Stack.5 # ", "* Slot-1 Stack.6 # ", "(debug) X465-24.4 # ",
      "* (debug) X465-24.5 # ", "guest-sw.9 > ",
    },
    none = {
      "%% Incomplete command", "login: ", "192.0.2.44 #", "#", "# Module vlan config.",
      "Continue? (y/N) ",
    },
  },
  f5_tmsh = {
    tmsh = {
      "ops@(ltm-1)(cfg-sync Standalone)(Active)(/Common)(tmos)# ",
      "ops@(ltm-1)(cfg-sync In Sync)(Standby)(/Common)(tmos.sys)#",
      "ops@(ltm-1)(cfg-sync Changes Pending)(Active)(/prod)(tmos.ltm.virtual)# ",
    },
    bash = { "[ops@ltm-1:Active:Standalone] log # ", "[root@ltm-1:NO LICENSE:] ~ # " },
    none = {
      "Data Input Error: no such pool", "---(less 3%)---", "login: ",
      "ltm pool p1 { }", "Last login: Tue Mar  7 2023",
    },
  },
  fortinet = {
    exec = {
      "FGT60F #", "FGT60F $ ", "fw-branch.7 # ", "FGT60F (global) # ", "vm_01~b # ",
    },
    config = {
      "FGT60F (console) # ", "FGT60F (policy) # ", "fw-branch.7 (12) # ",
      "FGT60F (wan1) $ ",
    },
    none = {
      "Unknown action 0", "FGT60F login: ", "config system interface",
      "Command fail. Return code 1", "--More--",
    },
  },
  frr_vtysh = {
    exec = { "bgp-rr1>", "frr.lab> " },
    priv = { "bgp-rr1#", "frr.lab# ", "FRR_3#" },
    config = {
      "bgp-rr1(config)#", "bgp-rr1(config-router)#", "frr.lab(config-if)# ",
      "bgp-rr1(config-router-af)#",
    },
    linux = { "ops@bgp-rr1:~$ ", "root@frr.lab:/etc/frr# " },
    none = {
      "% Ambiguous command.", "% Command incomplete: show ip", "Password: ",
      "frr version 8.4.4", "Copyright 1996-2005 Kunihiro Ishiguro, et al.",
    },
  },
  hp_comware = {
    priv = {
      "<HPE>", "<A5500.floor2>", "<H3C_core-1>", "RBM_S<fw-b>", "\0<HPE>", "<sw/1:2>",
    },
    config = {
      "[HPE]", "[HPE-Vlan-interface10]", "[A5500.floor2-GigabitEthernet1/0/1]",
      "RBM_P[fw-a-policy]", "[*HPE]",
    },
    none = {
      " % Wrong parameter found at '^' position.", "login: ", "---- More ----",
      "Startup saved-configuration file: flash:/startup.cfg", "Password:",
    },
  },
  hp_procurve = {
    exec = { "ProCurve Switch 2610-24> ", "2530-8G>", "hall.2> " },
    priv = { "ProCurve Switch 2610-24# ", "2530-8G#", "hall.2# ", "HP_5406zl# " },
    config = {
      "2530-8G(config)# ", "2530-8G(eth-A1)#", "hall.2(vlan-100)# ",
      "HP_5406zl(eth-B1-B4)# ",
    },
    none = {
      "Invalid input: foo", "Username: ", "Ambiguous input: s",
      "Press any key to continue", "Incomplete input: vlan",
    },
  },
  huawei_vrp = {
    priv = {
      "<AR2220>", "<core-ce12800.dc>", "<S5720_acc-1>", "HRP_A<usg-1>", "<sw(old)>",
    },
    config = {
      "[AR2220]", "[AR2220-Vlanif10]", "[~core-ce12800.dc]", "[*core-ce12800.dc]",
      "[~core-ce12800.dc-100GE1/0/1]", "HRP_S[usg-2-interface]",
      "[S5720_acc-1-aaa-domain-default]",
    },
    none = {
      "[V200R010C10SPC600]", "[V300R003C00]", "Error: Incomplete command found.",
      "Username:", "Info: The max number of VTY users is 5.", "[Y/N]:",
    },
  },
  juniper_junos = {
    exec = {
      "ops@ex3400>", "ops@ex3400> ", "{master:1}\nops@ex-vc> ",
      "{secondary:node1}\nops@srx-b> ", "ops@mx.re0>",
    },
    config = {
      "[edit]\nops@ex3400# ", "[edit protocols bgp group peers]\nops@mx.re0# ",
      "{master:1}[edit]\nops@ex-vc# ", "[edit]\nroot@ex3400# ", "ops@ex3400# ",
    },
    shell = { "%", "ops@ex3400:~$ ", "ops@mx.re0:/var/log% " },
    root_shell = { "root@ex3400:RE:0% ", "root@mx:~ # ", "root@:~ # " },
    none = {
      "commit complete", "[edit interfaces]", "{primary:node0}", "login: ",
      "syntax error, expecting <command>.", "64 bytes, 1 received, 50% packet loss",
    },
  },
  linux = {
    user = {
      "ops@db-2:~$ ", "ops@db-2:/srv/www$", "[ops@rocky ~]$ ", "deploy.bot@web~$ ",
    },
    root = { "root@db-2:~# ", "root@db-2:/etc/nginx#", "[root@rocky etc]# " },
    none = {
      "db-2 login: ", "total 12", "ls: cannot access 'x': No such file or directory",
      "# comment", "Password: ", "#!/bin/sh",
    },
  },
  mikrotik_routeros = {
    cli = {
      "[ops@hAP ac] > ", "[ops@CCR-1.pop] >", "[ops@CCR-1.pop] /ip firewall filter> ",
      "[ops+ct511w4098h@CCR-1.pop] > ", "[ops@CCR-1.pop] /system/script> ",
      "[ops@hAP ac] <SAFE> ",
    },
    none = {
      "expected end of command (line 1 column 9)", "Login: ", "Flags: X - disabled",
      "new password> ", "failure: already have interface with such name",
    },
  },
  nokia_srl = {
    exec = {
      "--{ running }--[  ]--\nA:spine1# ",
      "--{ + running }--[ network-instance x ]--\nB:s1#",
      "--{ [ACCESS-ALARM] running }--[  ]--\nA:ops@spine1# ",
    },
    config = {
      "--{ candidate private private-ops }--[  ]--\nA:spine1# ",
      "--{ * candidate shared default }--[ interface mgmt0 ]--\nA:spine1#",
      "--{ +* candidate exclusive }--[  ]--\nA:ops@spine1# ",
    },
    bash = { "bash-4.4$ ", "root@spine1:~# ", "ops@spine1:~$ " },
    none = {
      "--{ * candidate private private-ops }--[  ]--", "Error: Unknown token 'foo'",
      "login: ", "All changes have been committed. Leaving candidate mode.",
      "Password: ",
    },
  },
  nokia_sros = {
    exec = {
      "[/]\nA:ops@sr-1# ", "![/]\nA:ops@sr-1# ",
      "[/show router \"Base\"]\nB:ops@7750.pop#",
    },
    config = {
      "(ex)[/]\nA:ops@sr-1# ", "!*(ex)[/configure port 1/1/1]\nA:ops@sr-1# ",
      "*(gl)[/configure]\nB:ops@7750.pop# ", "(ro)[/]\nA:ops@sr-1#",
    },
    classic_exec = { "A:sr-2#", "*B:7705.access# ", "A:sr-2>show# ", "A:old sr# " },
    classic_config = {
      "A:sr-2>config# ", "*A:sr-2>config>service>vpls$ ", "*A:sr-2>config>router>bgp# ",
      'A:7705.access>config>lag# ',
    },
    none = {
      "[/configure]", "(ex)[/]", "MINOR: CLI #2069: Operation not allowed", "Login: ",
      "# Finished TUE MAR 07 09:00:00 2023 UTC", "Error: Bad command.",
    },
  },
  paloalto_panos = {
    exec = { "ops@PA-850>", "ops@fw-3.site(active)> ", "ops@PA-VM(suspended)>" },
    config = {
      "ops@PA-850#", "[edit]\nops@PA-850# ", "[edit network]\nops@fw-3.site(active)# ",
    },
    none = {
      "Unknown command: foo", "[edit network]", "lines 25-48 ", "PA-850 login: ",
      "Validation Error:", "....75%...98%..100%",
    },
  },
  ruckus_fastiron = {
    exec = { "ICX6450-24>", "SSH@ICX7150.hall>", "telnet@FGS_1>", "SSH@old switch> " },
    priv = { "ICX6450-24#", "SSH@ICX7150.hall#", "SSH@core(ring)#", "telnet@FGS_1# " },
    config = {
      "ICX6450-24(config)#", "SSH@ICX7150.hall(config-if-e1000-1/1/2)#",
      "SSH@ICX7150.hall(config-mif-1/1/1-1/1/4)# ", "telnet@FGS_1(config-vlan-20)#",
    },
    none = {
      "Invalid input -> foo", "Error - incorrect username or password.", "Password:",
      "Write startup-config done.", "Flash Memory Write (8192 bytes per dot)",
    },
  },
  siemens_ros = {
    cli = { ">", ">  " },
    none = {
      "RUGGEDCOM RSG2100", "Invalid command", "User Name: ", "<Z-Help>", "a>b",
    },
  },
  siemens_roxii = {
    priv = { "rx1400#", "rx1500_sub-2# " },
    config = {
      "rx1400(config)#", "rx1500_sub-2(config-switch-lm1/1)#", "rx1400(config-t)# ",
    },
    none = {
      "Commit complete.", "% No entries found.", "syntax error: unknown argument",
      "login: ", "Aborted: permission denied",
    },
  },
  siemens_scalance = {
    exec = { "cli>", "xr524.plant> " },
    priv = { "cli#", "XM_408#", "xr524.plant# " },
    config = { "cli(config)#", "XM_408(config-if-gi-0-1)#", "cli(config-mstp)# " },
    none = {
      "% Incomplete Command", "Login: ", "% Ambiguous Command", "SCALANCE XM-400",
      "Building configuration ...",
    },
  },
  ubiquiti_edgerouter = {
    exec = { "ubnt@gw-home:~$ ", "ops@er8.pop:/tmp$", "ops@er8.pop> " },
    config = { "[edit]\nubnt@gw-home# ", "[edit service nat]\nops@er8.pop#" },
    none = {
      "Set failed", "ubnt login: ", "Saving configuration to '/config/config.boot'...",
      "Done", "[edit service]",
    },
  },
  ubiquiti_edgeswitch = {
    exec = { "(UBNT) >", "(es-48.hall) > ", "(UBNT EdgeSwitch) > " },
    priv = { "(UBNT) #", "(es-48.hall) # ", "(UBNT EdgeSwitch) #" },
    config = {
      "(UBNT) (Config)#", "(es-48.hall) (Vlan)#", "(es-48.hall) (Interface 0/3)# ",
      "(UBNT EdgeSwitch) (Config)# ",
    },
    linux = { "closet-2-US.5.60.1# ", "US48-US.6.2.14#" },
    none = {
      "Config file 'startup-config' created successfully .", "User:",
      "Unrecognized command", "(Unit 1)", "Ambiguous command",
    },
  },
  vyos = {
    exec = { "ops@border:~$ ", "ops@border-2.pop:/home/ops$", "ops@border> " },
    config = {
      "[edit]\nops@border# ", "[edit protocols bgp 65000]\nops@border-2.pop# ",
      "ops@border#",
    },
    none = {
      "Commit failed", "border login: ", "[edit]", "  Invalid command: [foo]",
      "There are uncommitted changes",
    },
  },
  zte_zxros = {
    exec = { "ZXR10_5960>", "ops@m6000.pop> " },
    priv = { "ZXR10_5960#", "ops@m6000.pop# ", "zxr10-8905#" },
    config = {
      "ZXR10_5960(config)#", "zxr10-8905(config-if)#",
      "m6000.pop(config-bgp-af-ipv4)# ",
    },
    none = {
      "%Error 20200: Ambiguous command", "Username:", "% Incomplete command.",
      "!<if-intf>", "%Code 140303: The object does not exist.",
    },
  },
}
