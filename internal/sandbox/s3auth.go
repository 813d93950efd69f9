package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// authenticateS3 verifies who calls and that the body is what they sent.
func (s *Server) authenticateS3(q *s3Request) *refusal {
	payload := q.r.Header.Get("X-Amz-Content-Sha256")
	if payload == "" && q.auth != nil {
		return refuse(http.StatusBadRequest, "InvalidRequest",
			"Missing required header for this request: x-amz-content-sha256")
	}
	if f := s.authenticate(q.call, "s3", payload); f != nil {
		return q.s3Refusal(f)
	}
	if q.tooLarge {
		return refuse(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	}
	return q.decodeBody(payload)
}

// s3Refusal is a failed authentication in S3's words. S3 also repeats the
// token that it refuses; the sandbox does not, so that no log ever holds one.
func (q *s3Request) s3Refusal(f *authFailure) *refusal {
	const off = "The authorization header is malformed; "
	switch f.problem {
	case unsigned:
		return refuse(http.StatusForbidden, "AccessDenied", "Access Denied")
	case malformed, wrongScope:
		return refuse(http.StatusBadRequest, "AuthorizationHeaderMalformed", off+f.detail)
	case dateMissing:
		return refuse(http.StatusForbidden, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
	case unknownKey, tokenMissing:
		return refuse(http.StatusForbidden, "InvalidAccessKeyId",
			"The AWS Access Key Id you provided does not exist in our records.").with("AWSAccessKeyId", q.auth.keyID)
	case wrongToken:
		return refuse(http.StatusBadRequest, "InvalidToken", "The provided token is malformed or otherwise invalid.")
	case expiredToken:
		return refuse(http.StatusBadRequest, "ExpiredToken", "The provided token has expired.")
	case clockOff:
		return refuse(http.StatusForbidden, "RequestTimeTooSkewed",
			"The difference between the request time and the current time is too large.").
			with("RequestTime", q.auth.amzDate).with("ServerTime", q.wall.Format(time.RFC3339)).
			with("MaxAllowedSkewMilliseconds", strconv.FormatInt(maxSkew.Milliseconds(), 10))
	case headerUnsigned:
		return refuse(http.StatusForbidden, "AccessDenied",
			"There were headers present in the request which were not signed").with("HeadersNotSigned", f.detail)
	}
	return signatureMismatch()
}

func signatureMismatch() *refusal {
	return refuse(http.StatusForbidden, "SignatureDoesNotMatch",
		"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
}

// decodeBody turns the body into content, as x-amz-content-sha256 says.
func (q *s3Request) decodeBody(payload string) *refusal {
	var signer *chunkSigner
	switch payload {
	case unsignedPayload:
		q.content = q.body
		return nil
	case streamingSigned, streamingSignedTrailer:
		signer = &chunkSigner{key: q.signingKey, amzDate: q.auth.amzDate, scope: q.auth.scope(), previous: q.auth.signature}
	case streamingTrailer:
	default:
		return q.checkHash(payload)
	}
	withTrailer := strings.HasSuffix(payload, "-TRAILER")
	content, trailer, problem := decodeChunked(q.body, signer, withTrailer)
	switch problem {
	case chunkForm:
		return refuse(http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly")
	case chunkSignature:
		return signatureMismatch()
	}
	length, err := strconv.Atoi(q.r.Header.Get("X-Amz-Decoded-Content-Length"))
	if err != nil {
		return refuse(http.StatusLengthRequired, "MissingContentLength",
			"You must provide the Content-Length HTTP header.")
	}
	if length != len(content) {
		return refuse(http.StatusBadRequest, "IncompleteBody",
			"You did not provide the number of bytes specified by the Content-Length HTTP header")
	}
	for name := range strings.SplitSeq(q.r.Header.Get("X-Amz-Trailer"), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && trailer[name] == "" {
			return refuse(http.StatusBadRequest, "MalformedTrailerError",
				"The request contained trailing data that was not well-formed or did not conform to our published schema.")
		}
	}
	q.content, q.trailer = content, trailer
	return nil
}

func (q *s3Request) checkHash(payload string) *refusal {
	if sum, err := hex.DecodeString(payload); err != nil || len(sum) != sha256.Size {
		return refuse(http.StatusBadRequest, "InvalidArgument", "x-amz-content-sha256 must be "+
			strings.Join([]string{unsignedPayload, streamingTrailer, streamingSigned, streamingSignedTrailer}, ", ")+
			" or a valid sha256 value.")
	}
	if hexSHA256(q.body) != payload {
		return refuse(http.StatusBadRequest, "XAmzContentSHA256Mismatch",
			"The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	q.content = q.body
	return nil
}
