// Command baseline is the least that any program on the keyring library can
// do: open one backend and get one item. `make bench` measures xrole against
// it, so it opens the backend exactly as pkg/cache does, and prints nothing.
//
//	baseline BACKEND KEY            get that item
//	baseline BACKEND                print the names of all items, one a line
//	baseline BACKEND -remove KEY…   remove those items
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/99designs/keyring"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: baseline BACKEND [KEY | -remove KEY...]")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "baseline:", err)
		os.Exit(1)
	}
}

func run(backend string, args []string) error {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends:         []keyring.BackendType{keyring.BackendType(backend)},
		LibSecretCollectionName: "login",
		KeyCtlScope:             "user",
		KeyCtlPerm:              0x3f3f0000,
	})
	switch {
	case err != nil:
		return err
	case len(args) == 0:
		keys, err := ring.Keys()
		for _, k := range keys {
			fmt.Println(k)
		}
		return err
	case args[0] == "-remove":
		for _, key := range args[1:] {
			err = errors.Join(err, ring.Remove(key))
		}
		return err
	}
	_, err = ring.Get(args[0])
	return err
}
