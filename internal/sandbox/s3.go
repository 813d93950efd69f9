package sandbox

import (
	"encoding/xml"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/xrole/xrole/pkg/policy"
)

// S3 speaks REST: the bucket in the path or in the host name, the operation in
// method and query. https://docs.aws.amazon.com/AmazonS3/latest/API/

// s3Request is a call on S3 that was told apart.
type s3Request struct {
	*call
	bucket, key string
	query       url.Values
	op          *s3Operation
	store       *store            // nil without a bucket
	content     []byte            // the body, decoded
	trailer     map[string]string // of a chunked body
}

// s3Operation is one API operation.
type s3Operation struct {
	name   string
	action string // the permission that it takes
	serve  func(*Server, http.ResponseWriter, *s3Request) *refusal
}

// resource is the ARN that permissions are asked for.
func (q *s3Request) resource() string {
	switch {
	case q.bucket == "":
		return "arn:aws:s3:::*"
	case q.key == "":
		return "arn:aws:s3:::" + q.bucket
	}
	return "arn:aws:s3:::" + q.bucket + "/" + q.key
}

func (s *Server) serveS3(w http.ResponseWriter, c *call) {
	c.service = "s3"
	c.id = strings.ToUpper(strings.ReplaceAll(c.id, "-", "")[:16]) // S3's have another form
	w.Header().Set("X-Amz-Request-Id", c.id)
	w.Header().Set("Date", c.wall.Format(http.TimeFormat))
	q := &s3Request{call: c, query: c.r.URL.Query()}
	q.bucket, q.key = bucketAndKey(c.r)
	c.target = strings.TrimPrefix(q.resource(), "arn:aws:s3:::")
	refused := s.s3Answer(w, q)
	if refused == nil {
		return
	}
	c.code = refused.code
	c.writeXML(w, refused.status, "application/xml", s3Error{
		Code: refused.code, Message: refused.message, Extra: refused.extra, RequestID: c.id, HostID: c.id})
}

// s3Error is S3's error document.
type s3Error struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	Extra     []element
	RequestID string `xml:"RequestId"`
	HostID    string `xml:"HostId"`
}

func (s *Server) s3Answer(w http.ResponseWriter, q *s3Request) *refusal {
	q.op = operation(q)
	if q.op == nil {
		return refuse(http.StatusNotImplemented, "NotImplemented",
			"A header or query you provided implies functionality that is not implemented.")
	}
	q.action = q.op.name
	if refused := s.authenticateS3(q); refused != nil {
		return refused
	}
	if refused := s.findBucket(w, q); refused != nil {
		return refused
	}
	if refused := s.authorize(q, q.op.action, q.resource()); refused != nil {
		return refused
	}
	return q.op.serve(s, w, q)
}

// bucketAndKey reads path style and virtual-host style. Hosts that are the
// server's own carry no bucket.
func bucketAndKey(r *http.Request) (bucket, key string) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	path := strings.TrimPrefix(r.URL.Path, "/")
	for _, base := range []string{".localhost", ".127.0.0.1", ".amazonaws.com"} {
		name, ok := strings.CutSuffix(host, base)
		if !ok || base == ".amazonaws.com" && !strings.Contains(name, ".s3") {
			continue
		}
		if base == ".amazonaws.com" {
			name = name[:strings.LastIndex(name, ".s3")]
		}
		return name, path
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

// operation tells the operations apart, nil if it is one that the sandbox does
// not have. Query parameters choose among operations, so an unknown one is
// never ignored.
func operation(q *s3Request) *s3Operation {
	only := func(known ...string) bool {
		for name := range q.query {
			if name != "x-id" && !slices.Contains(known, name) {
				return false
			}
		}
		return true
	}
	method := q.r.Method
	switch {
	case q.bucket == "":
		if method == http.MethodGet && only() {
			return &s3Operation{"ListBuckets", "s3:ListAllMyBuckets", (*Server).listBuckets}
		}
	case q.key == "":
		return bucketOperation(q, only)
	case method == http.MethodGet && only(responseOverrides...):
		return &s3Operation{"GetObject", "s3:GetObject", (*Server).getObject}
	case method == http.MethodHead && only(responseOverrides...):
		return &s3Operation{"HeadObject", "s3:GetObject", (*Server).getObject}
	case method == http.MethodPut && only() && q.r.Header.Get("X-Amz-Copy-Source") == "":
		return &s3Operation{"PutObject", "s3:PutObject", (*Server).putObject}
	case method == http.MethodDelete && only():
		return &s3Operation{"DeleteObject", "s3:DeleteObject", (*Server).deleteObject}
	}
	return nil
}

func bucketOperation(q *s3Request, only func(...string) bool) *s3Operation {
	switch method := q.r.Method; {
	case method == http.MethodHead && only():
		return &s3Operation{"HeadBucket", "s3:ListBucket", (*Server).headBucket}
	case method != http.MethodGet:
		return nil
	case q.query.Has("location"):
		if only("location") {
			return &s3Operation{"GetBucketLocation", "s3:GetBucketLocation", (*Server).getBucketLocation}
		}
	case q.query.Get("list-type") == "2":
		if only("list-type", "prefix", "delimiter", "max-keys", "encoding-type",
			"continuation-token", "start-after", "fetch-owner") {
			return &s3Operation{"ListObjectsV2", "s3:ListBucket", (*Server).listObjects}
		}
	case only("prefix", "delimiter", "max-keys", "encoding-type", "marker"):
		return &s3Operation{"ListObjects", "s3:ListBucket", (*Server).listObjects}
	}
	return nil
}

// findBucket sets the store, and sends a call in the wrong region to the right
// one, as AWS does before any policy is asked.
func (s *Server) findBucket(w http.ResponseWriter, q *s3Request) *refusal {
	if q.bucket == "" {
		return nil
	}
	s.mu.Lock()
	q.store = s.buckets[q.bucket]
	s.mu.Unlock()
	if q.store == nil {
		return refuse(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist").
			with("BucketName", q.bucket)
	}
	region, signedFor := q.store.bucket.region, q.auth.region
	w.Header().Set("X-Amz-Bucket-Region", region)
	switch {
	case region == signedFor, q.op.name == "GetBucketLocation" && signedFor == "us-east-1":
		return nil
	case signedFor == "us-east-1" && q.op.name != "HeadBucket":
		// What us-east-1's endpoint, the global one, can serve for other
		// regions, it serves only if the signature is for them.
		return refuse(http.StatusBadRequest, "AuthorizationHeaderMalformed",
			"The authorization header is malformed; the region '"+signedFor+"' is wrong; expecting '"+region+"'").
			with("Region", region)
	}
	return refuse(http.StatusMovedPermanently, "PermanentRedirect",
		"The bucket you are attempting to access must be addressed using the specified endpoint. "+
			"Please send all future requests to this endpoint.").
		with("Endpoint", q.bucket+".s3."+region+".amazonaws.com").with("Bucket", q.bucket)
}

// authorize asks the policies of the caller and of the bucket.
func (s *Server) authorize(q *s3Request, action, resource string) *refusal {
	set := q.caller.policySet()
	set.Kind = policy.BucketPolicy
	owner := q.caller.account().id
	if q.store != nil {
		owner = q.store.bucket.account.id
		set.Resource = q.store.bucket.policy
	}
	decision := policy.Evaluate(policy.Request{
		Principal: q.caller.principal(), Action: action,
		Resource: resource, ResourceAccount: owner, Context: q.s3Context(owner),
	}, set)
	if decision.Allowed {
		return nil
	}
	return refuse(http.StatusForbidden, "AccessDenied",
		deniedMessage(q.caller, owner, action, resource, decision))
}

func (q *s3Request) s3Context(owner string) policy.Context {
	ctx := q.context()
	ctx["aws:ResourceAccount"] = []string{owner}
	ctx["s3:ResourceAccount"] = []string{owner}
	ctx["s3:authType"] = []string{"REST-HEADER"}
	ctx["s3:signatureversion"] = []string{signingAlgorithm}
	ctx["s3:x-amz-content-sha256"] = []string{q.r.Header.Get("X-Amz-Content-Sha256")}
	for _, name := range []string{"prefix", "delimiter", "max-keys"} {
		if q.query.Has(name) {
			ctx["s3:"+name] = []string{q.query.Get(name)}
		}
	}
	return ctx
}

// deniedMessage gives the reason only to callers of the bucket's own account.
func deniedMessage(who *caller, owner, action, resource string, d policy.Decision) string {
	if who.account().id != owner {
		return "Access Denied"
	}
	kind, article := "identity-based policy", "an"
	switch d.Gate {
	case policy.GateBucket:
		kind, article = "resource-based policy", "a"
	case policy.GateBoundary:
		kind, article = "permissions boundary", "a"
	case policy.GateSession:
		kind, article = "session policy", "a"
	case policy.GateSCP:
		kind, article = "service control policy", "a"
	}
	message := "User: " + who.arn() + " is not authorized to perform: " + action + ` on resource: "` + resource + `" `
	if d.Explicit {
		return message + "with an explicit deny in " + article + " " + kind
	}
	return message + "because no " + kind + " allows the " + action + " action"
}
