#!/bin/busybox sh
# First process of the VM: loads the modules in the order that /modules/order lists, mounts the host's root read-only, brings up
# Soft-RoCE over a dummy link, runs the command of /command inside the host's root and powers off. What it says about itself
# starts with "rdma_vm:"; scripts/rdma_vm/boot_vm.ts reads that.
/bin/busybox mkdir -p /bin /proc /sys /dev /host /kept_folders
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev

die() { echo "rdma_vm: failed: $1"; poweroff -f; }

for module in $(cat /modules/order); do
  insmod "/modules/$module" || die "insmod $module"
done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 host /host || die "the host's root does not mount"
mount -t proc proc /host/proc
mount -t sysfs sysfs /host/sys
mount --bind /dev /host/dev
mkdir -p /dev/shm /dev/pts
mount -t tmpfs -o size=1g tmpfs /dev/shm
# The checkout may lie below the host's /tmp or /run, which the VM has its own of.
while read -r folder; do
  mkdir -p "/kept_folders$folder"
  mount --bind "/host$folder" "/kept_folders$folder" || die "$folder is not on the host"
done </kept
mount -t tmpfs tmpfs /host/tmp
mount -t tmpfs tmpfs /host/run
while read -r folder; do
  [ -d "/host$folder" ] || mkdir -p "/host$folder" || die "$folder cannot be shown"
  mount --bind "/kept_folders$folder" "/host$folder" || die "$folder does not mount"
done </kept
cp /command /host/tmp/command
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp

in_host() { chroot /host "$@"; }
in_host ip link set lo up || die "lo"
# The dummy module makes dummy0. 4096 bytes, the largest packet of RoCE, and its headers fit.
in_host ip link set dummy0 mtu 9000 || die "mtu of dummy0"
in_host ip addr add 10.77.0.1/24 dev dummy0 || die "address of dummy0"
in_host ip link set dummy0 up || die "dummy0 up"
in_host rdma link add rxe0 type rxe netdev dummy0 || die "rxe0"
echo "rdma_vm: up"
in_host sh /tmp/command
echo "rdma_vm: exit $?"
poweroff -f
