package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxDepth is deeper than any policy nests (Statement, Condition, operator,
// key, values), and shallow enough that no input exhausts the stack.
const maxDepth = 12

// node is a JSON value. encoding/json's own maps won't do: they keep the last
// of two equal keys in silence, and half of a Condition block would be gone.
type node struct {
	kind    byte // '{', '[', '"', '0', 't', 'n'
	text    string
	items   []node
	members []member
}

type member struct {
	key   string
	value node
}

// kindNames are the kinds as error messages call them.
var kindNames = map[byte]string{
	'{': "an object", '[': "a list", '"': "a string", '0': "a number", 't': "a boolean", 'n': "null",
}

func (n node) kindName() string { return kindNames[n.kind] }

func parseJSON(doc []byte) (node, error) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	n, err := decode(dec, 0)
	if err != nil {
		return node{}, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return node{}, errors.New("something follows the document")
	}
	return n, nil
}

func decode(dec *json.Decoder, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, errors.New("nested too deeply")
	}
	tok, err := dec.Token()
	if errors.Is(err, io.EOF) {
		return node{}, io.ErrUnexpectedEOF
	}
	if err != nil {
		return node{}, err
	}
	switch v := tok.(type) {
	case json.Delim:
		if v == '{' {
			return decodeObject(dec, depth)
		}
		return decodeList(dec, depth)
	case string:
		return node{kind: '"', text: v}, nil
	case json.Number:
		return node{kind: '0', text: v.String()}, nil
	case bool:
		return node{kind: 't', text: fmt.Sprint(v)}, nil
	default:
		return node{kind: 'n'}, nil
	}
}

func decodeObject(dec *json.Decoder, depth int) (node, error) {
	n := node{kind: '{'}
	seen := make(map[string]bool)
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return node{}, err
		}
		key, _ := tok.(string) // the decoder admits nothing else here
		if seen[key] {
			return node{}, fmt.Errorf("%q stands twice in one object", key)
		}
		seen[key] = true
		value, err := decode(dec, depth+1)
		if err != nil {
			return node{}, err
		}
		n.members = append(n.members, member{key, value})
	}
	_, err := dec.Token()
	return n, err
}

func decodeList(dec *json.Decoder, depth int) (node, error) {
	n := node{kind: '['}
	for dec.More() {
		item, err := decode(dec, depth+1)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, item)
	}
	_, err := dec.Token()
	return n, err
}
