package spec

// attributeTable has a row for each attribute of compose-go's model: its path,
// what it becomes, and how that is tested (see attribute). Host is HostConfig,
// Endpoint a network's part of the request, Files what is copied in.
const attributeTable = `
services.annotations | Host.Annotations | spec
services.attach | whose logs up shows | testdata/script/attach_attribute.txtar
services.blkio_config.weight | Host.BlkioWeight | spec
services.blkio_config.weight_device.{path,weight} | Host.BlkioWeightDevice | spec
services.blkio_config.device_read_bps.{path,rate} | Host.BlkioDeviceReadBps | spec
services.blkio_config.device_read_iops.{path,rate} | Host.BlkioDeviceReadIOps | spec
services.blkio_config.device_write_bps.{path,rate} | Host.BlkioDeviceWriteBps | spec
services.blkio_config.device_write_iops.{path,rate} | Host.BlkioDeviceWriteIOps | spec
services.build.{context,dockerfile,dockerfile_inline,args,additional_contexts,cache_from,cache_to,entitlements,extra_hosts,labels,network,no_cache,no_cache_filter,platforms,privileged,provenance,pull,sbom,shm_size,ssh,tags,target} | the build | build/*_test.go
services.build.secrets.{source,target} | the build | build/*_test.go
services.build.secrets.{uid,gid,mode} | reported by build.Unapplied | build/*_test.go
services.build.ulimits.{single,soft,hard} | the build | build/*_test.go
services.build.isolation | the build, classic builder alone | build/*_test.go
services.cap_add | Host.CapAdd | spec
services.cap_drop | Host.CapDrop | spec
services.cgroup | Host.CgroupnsMode | spec
services.cgroup_parent | Host.CgroupParent | spec
services.command | Config.Cmd | spec
services.configs.source | Files, Host.Mounts | spec
services.configs.target | Files, Host.Mounts | spec
services.configs.{uid,gid,mode} | Files | spec
services.container_name | Name | spec
services.cpu_count | it is for Windows containers | dropped
services.cpu_percent | it is for Windows containers | dropped
services.cpu_period | Host.CpuPeriod | spec
services.cpu_quota | Host.CpuQuota | spec
services.cpu_rt_period | Host.CpuRealtimePeriod | spec
services.cpu_rt_runtime | Host.CpuRealtimeRuntime | spec
services.cpu_shares | Host.CpuShares | spec
services.cpus | Host.NanoCpus | spec
services.cpuset | Host.CpusetCpus | spec
services.credential_spec.{config,file,registry} | it is for Windows containers (there Host.SecurityOpt) | dropped
services.depends_on.condition | waits, Config.Labels | planner/testdata/conditions.txtar
services.depends_on.required | waits that may fail | planner/testdata/condition_not_required.txtar
services.depends_on.restart | restarts of dependents, Config.Labels | planner/testdata/restart_dependents.txtar
services.deploy.endpoint_mode | a Swarm's | reported
services.deploy.labels | a Swarm's: never the containers' | reported
services.deploy.mode | other than replicated is a Swarm's | reported
services.deploy.placement.{constraints,max_replicas_per_node} | a Swarm's | reported
services.deploy.placement.preferences.spread | a Swarm's | reported
services.deploy.replicas | how many containers | planner/testdata/scale_up.txtar
services.deploy.resources.limits.cpus | Host.NanoCpus | spec
services.deploy.resources.limits.memory | Host.Memory | spec
services.deploy.resources.limits.pids | Host.PidsLimit | spec
services.deploy.resources.limits.devices.{capabilities,driver,count,device_ids,options} | by the schema | refused
services.deploy.resources.limits.generic_resources.discrete_resource_spec.{kind,value} | by the schema | refused
services.deploy.resources.reservations.cpus | a Swarm's | reported
services.deploy.resources.reservations.memory | Host.MemoryReservation | spec
services.deploy.resources.reservations.pids | by the schema | refused
services.deploy.resources.reservations.devices.{capabilities,driver,count,device_ids,options} | Host.DeviceRequests | spec
services.deploy.resources.reservations.generic_resources.discrete_resource_spec.{kind,value} | a Swarm's | reported
services.deploy.restart_policy.condition | Host.RestartPolicy | spec
services.deploy.restart_policy.{delay,window} | a Swarm's | reported
services.deploy.restart_policy.max_attempts | Host.RestartPolicy | spec
services.deploy.rollback_config.{parallelism,delay,failure_action,monitor,max_failure_ratio,order} | a Swarm's | reported
services.deploy.update_config.{parallelism,delay,failure_action,monitor,max_failure_ratio,order} | a Swarm's | reported
services.develop.watch.{path,action,target,include,ignore,initial_sync} | what watch does | watch
services.develop.watch.exec.{command,user,privileged,working_dir,environment} | what watch does | watch
services.device_cgroup_rules | Host.DeviceCgroupRules | spec
services.devices.{source,target,permissions} | Host.Devices, Host.DeviceRequests | spec
services.dns | Host.Dns | spec
services.dns_opt | Host.DnsOptions | spec
services.dns_search | Host.DnsSearch | spec
services.dockerfile | by the schema: build.dockerfile | refused
services.domainname | Config.Domainname | spec
services.entrypoint | Config.Entrypoint | spec
services.env_file.{path,required,format} | Config.Env | project/*.go
services.environment | Config.Env | spec
services.expose | Config.ExposedPorts | spec
services.extends.{file,service} | another service's attributes | project/files_test.go
services.external_links | Host.Links, Endpoint.Links | spec
services.extra_hosts | Host.ExtraHosts | spec
services.gpus.{capabilities,driver,count,device_ids,options} | Host.DeviceRequests | spec
services.group_add | Host.GroupAdd | spec
services.healthcheck.{test,interval,timeout,retries,start_period,start_interval,disable} | Config.Healthcheck | spec
services.hostname | Config.Hostname | spec
services.image | Config.Image | spec
services.init | Host.Init | spec
services.ipc | Host.IpcMode | spec
services.isolation | Host.Isolation | spec
services.label_file | Config.Labels | spec
services.labels | Config.Labels | spec
services.links | Host.Links, Endpoint.Links | spec
services.log_driver | by the schema: logging.driver | refused
services.log_opt | by the schema: logging.options | refused
services.logging.{driver,options} | Host.LogConfig | spec
services.mac_address | Endpoint.MacAddress | spec
services.mem_limit | Host.Memory | spec
services.mem_reservation | Host.MemoryReservation | spec
services.mem_swappiness | Host.MemorySwappiness | spec
services.memswap_limit | Host.MemorySwap | spec
services.models.{endpoint_var,model_var} | Config.Env | engine/spec/provided_test.go
services.net | by the schema: network_mode | refused
services.network_mode | Host.NetworkMode | spec
services.networks.aliases | Endpoint.Aliases | spec
services.networks.driver_opts | Endpoint.DriverOpts | spec
services.networks.gw_priority | Endpoint.GwPriority | spec
services.networks.interface_name | Endpoint.DriverOpts | spec
services.networks.{ipv4_address,ipv6_address,link_local_ips} | Endpoint.IPAMConfig | spec
services.networks.mac_address | Endpoint.MacAddress | spec
services.networks.priority | Host.NetworkMode | spec
services.networks.use_service_name_alias | Endpoint.Aliases | spec
services.oom_kill_disable | Host.OomKillDisable | spec
services.oom_score_adj | Host.OomScoreAdj | spec
services.pid | Host.PidMode | spec
services.pids_limit | Host.PidsLimit | spec
services.platform | Platform | spec
services.ports.{target,published,host_ip,protocol} | Host.PortBindings | spec
services.ports.mode | host and ingress are the same on one engine | engine/spec/cases_test.go
services.ports.{name,app_protocol} | a note for other tools | reported
services.post_start.{command,user,privileged,working_dir,environment} | POST /containers/{id}/exec | engine/spec/hook_test.go
services.pre_start.command | a container's Config.Cmd | engine/spec/prestart_test.go
services.pre_start.image | a container's Config.Image | engine/spec/prestart_test.go
services.pre_start.per_replica | how often the hook runs | planner/testdata/prestart.txtar
services.pre_stop.{command,user,privileged,working_dir,environment} | POST /containers/{id}/exec | engine/spec/hook_test.go
services.privileged | Host.Privileged | spec
services.profiles | which services there are | planner/testdata/profile_on.txtar
services.provider.{type,options} | a program | testdata/script/provider.txtar
services.pull_policy | when images are pulled | planner/testdata/policy_daily.txtar
services.pull_refresh_after | when images are pulled | planner/testdata/policy_refresh.txtar
services.read_only | Host.ReadonlyRootfs | spec
services.restart | Host.RestartPolicy | spec
services.runtime | Host.Runtime | spec
services.scale | how many containers | planner/testdata/scale_up.txtar
services.secrets.{source,target} | Files, Host.Mounts | spec
services.secrets.{uid,gid,mode} | Files | spec
services.security_opt | Host.SecurityOpt, Host.MaskedPaths | spec
services.shm_size | Host.ShmSize | spec
services.stdin_open | Config.OpenStdin | spec
services.stop_grace_period | Config.StopTimeout | spec
services.stop_signal | Config.StopSignal | spec
services.storage_opt | Host.StorageOpt | spec
services.sysctls | Host.Sysctls | spec
services.tmpfs | Host.Tmpfs | spec
services.tty | Config.Tty | spec
services.ulimits.{single,soft,hard} | Host.Ulimits | spec
services.umask | no engine has a field for it | reported
services.use_api_socket | Host.Binds, Files, Config.Env | spec
services.user | Config.User | spec
services.userns_mode | Host.UsernsMode | spec
services.uts | Host.UTSMode | spec
services.volume_driver | by the schema: volumes.driver | refused
services.volumes.type | Host.Binds, Host.Mounts | spec
services.volumes.{source,target,read_only} | Host.Binds, Host.Mounts | spec
services.volumes.consistency | Host.Mounts; engines pass over it, and Host.Binds have no place for it | reported
services.volumes.bind.selinux | Host.Binds | spec
services.volumes.bind.{propagation,create_host_path,recursive} | Host.Mounts | spec
services.volumes.volume.{labels,nocopy,subpath} | Host.Mounts | spec
services.volumes.tmpfs.{size,mode} | Host.Mounts | spec
services.volumes.image.subpath | Host.Mounts | spec
services.volumes_from | Host.VolumesFrom | spec
services.working_dir | Config.WorkingDir | spec
networks.name | the network's name | engine/spec/toplevel_test.go
networks.{driver,driver_opts,internal,attachable,enable_ipv4,enable_ipv6} | POST /networks/create | engine/spec/toplevel_test.go
networks.ipam.{driver,options} | POST /networks/create | engine/spec/toplevel_test.go
networks.ipam.config.{subnet,gateway,ip_range,aux_addresses} | POST /networks/create | engine/spec/toplevel_test.go
networks.external | not created, not removed; other attributes are reported | planner/testdata/network_external.txtar
networks.labels | POST /networks/create | project/labels_test.go
volumes.name | the volume's name | engine/spec/toplevel_test.go
volumes.{driver,driver_opts} | POST /volumes/create | engine/spec/toplevel_test.go
volumes.external | not created, not removed | planner/testdata/volume_external.txtar
volumes.labels | POST /volumes/create | project/labels_test.go
secrets.{file,environment} | Files, Host.Mounts | engine/spec/cases_test.go
secrets.name | a Swarm's: an engine knows files, not secrets | reported
secrets.content | by the schema | refused
secrets.external | a Swarm's | refused
secrets.labels | a Swarm's | reported
secrets.driver | a Swarm's | refused
secrets.driver_opts | a Swarm's | reported
secrets.template_driver | a Swarm's | refused
configs.{file,content} | Files, Host.Mounts | engine/spec/cases_test.go
configs.environment | Files | engine/spec/cases_test.go
configs.name | a Swarm's: an engine knows files, not configs | reported
configs.external | a Swarm's | refused
configs.labels | a Swarm's | reported
configs.driver | by the schema | refused
configs.driver_opts | by the schema | refused
configs.template_driver | a Swarm's | refused
models.{model,context_size,runtime_flags} | docker model | provider/provider_test.go
models.name | models have their key | reported
`
