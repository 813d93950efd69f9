package sandbox

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"strconv"
	"strings"
)

// This file decodes S3's aws-chunked bodies, signed chunk by chunk or not,
// with or without a trailer:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html

// What x-amz-content-sha256 says in place of a hash.
const (
	unsignedPayload        = "UNSIGNED-PAYLOAD"
	streamingSigned        = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamingSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	streamingTrailer       = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
)

// chunkSigner signs a chain: each chunk's signature covers the one before, the
// first that of the request.
type chunkSigner struct {
	key      []byte
	amzDate  string
	scope    string
	previous string
}

// chunk is the signature of the next chunk.
func (s *chunkSigner) chunk(data []byte) string {
	return s.next("AWS4-HMAC-SHA256-PAYLOAD", hexSHA256(nil), hexSHA256(data))
}

// trailer is the signature of the trailer that follows the last chunk.
func (s *chunkSigner) trailer(canonical string) string {
	return s.next("AWS4-HMAC-SHA256-TRAILER", hexSHA256([]byte(canonical)))
}

func (s *chunkSigner) next(algorithm string, hashes ...string) string {
	lines := append([]string{algorithm, s.amzDate, s.scope, s.previous}, hashes...)
	s.previous = hex.EncodeToString(hmacSHA256(s.key, strings.Join(lines, "\n")))
	return s.previous
}

// chunkProblem is what is wrong with an aws-chunked body.
type chunkProblem int

const (
	chunkForm      chunkProblem = iota + 1 // not aws-chunked, or cut short
	chunkSignature                         // a chunk or the trailer was changed
)

// decodeChunked takes a body apart into its content and its trailer, whose
// names are in lower case. signer is nil for unsigned chunks.
func decodeChunked(body []byte, signer *chunkSigner, withTrailer bool) ([]byte, map[string]string, chunkProblem) {
	var content []byte
	for {
		header, rest, ok := bytes.Cut(body, []byte("\r\n"))
		if !ok {
			return nil, nil, chunkForm
		}
		sizeText, extension, _ := strings.Cut(string(header), ";")
		size, err := strconv.ParseUint(sizeText, 16, 31)
		if err != nil || uint64(len(rest)) < size {
			return nil, nil, chunkForm
		}
		data, rest := rest[:size], rest[size:]
		if signer != nil && !sameSignature("chunk-signature="+signer.chunk(data), extension) {
			return nil, nil, chunkSignature
		}
		if size == 0 {
			if !withTrailer {
				return content, nil, 0
			}
			trailer, problem := decodeTrailer(string(rest), signer)
			return content, trailer, problem
		}
		if body, ok = bytes.CutPrefix(rest, []byte("\r\n")); !ok {
			return nil, nil, chunkForm
		}
		content = append(content, data...)
	}
}

// decodeTrailer reads "name:value" lines up to the empty one. A signed trailer
// ends in its own signature.
func decodeTrailer(text string, signer *chunkSigner) (map[string]string, chunkProblem) {
	const signatureName = "x-amz-trailer-signature"
	trailer := map[string]string{}
	canonical, signature := "", ""
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, chunkForm
		}
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if name == signatureName {
			signature = value
			continue
		}
		trailer[name] = value
		canonical += name + ":" + value + "\n"
	}
	if signer != nil && !sameSignature(signer.trailer(canonical), signature) {
		return nil, chunkSignature
	}
	return trailer, 0
}

func sameSignature(want, got string) bool { return hmac.Equal([]byte(want), []byte(got)) }
