// Package keyringtest gives tests a keyring of each kind that xrole meets: a
// real gnome-keyring on a real D-Bus, unlocked, locked or missing, a bus that
// hangs, and the kernel's keyring.
//
// Each function returns the environment, "NAME=value", in which a child
// process finds that keyring and no other; append it to the child's own. It is
// always a child that has to be started: the keyring library dials the bus
// before main. Everything lives in folders of its own and ends with the test,
// and the machine's own session bus is never spoken to. Where a program is
// missing the test is left out, as package suite has it.
//
// There is nothing here but for Linux; elsewhere the tests are left out.
package keyringtest
