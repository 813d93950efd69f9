package sandbox

import (
	"crypto/sha1" // one of the checksums that S3 knows
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"hash/crc64"
	"strings"
)

const checksumPrefix = "x-amz-checksum-"

// defaultChecksum is what S3 computes for an object that came with none.
const defaultChecksum = "crc64nvme"

// checksums are the algorithms that S3 knows, by the end of the header's name.
var checksums = map[string]func([]byte) []byte{
	"crc32": func(b []byte) []byte {
		return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b))
	},
	"crc32c": func(b []byte) []byte {
		return binary.BigEndian.AppendUint32(nil, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	},
	defaultChecksum: func(b []byte) []byte {
		// The reversed form of NVMe's polynomial 0xad93d23594c93659.
		return binary.BigEndian.AppendUint64(nil, crc64.Checksum(b, crc64.MakeTable(0x9a6c9329ac4bc9b5)))
	},
	"sha1": func(b []byte) []byte {
		sum := sha1.Sum(b)
		return sum[:]
	},
	"sha256": func(b []byte) []byte {
		sum := sha256.Sum256(b)
		return sum[:]
	},
}

// checksum is an object's checksum as its header says it.
type checksum struct {
	algorithm string // "crc32"
	value     string // base64
}

// newChecksum computes one; ok is false for an unknown algorithm.
func newChecksum(algorithm string, data []byte) (sum checksum, ok bool) {
	f, ok := checksums[algorithm]
	if !ok {
		return checksum{}, false
	}
	return checksum{algorithm, base64.StdEncoding.EncodeToString(f(data))}, true
}

// header is the checksum's header: its name and value.
func (c checksum) header() (name, value string) { return checksumPrefix + c.algorithm, c.value }

// given returns the checksums among headers or trailers, lower-case name to
// value. x-amz-checksum-mode and -type are not ones.
func givenChecksums(headers map[string]string) []checksum {
	var found []checksum
	for name, value := range headers {
		algorithm, ok := strings.CutPrefix(name, checksumPrefix)
		if ok && algorithm != "mode" && algorithm != "type" {
			found = append(found, checksum{algorithm, value})
		}
	}
	return found
}
