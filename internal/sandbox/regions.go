package sandbox

// regions are the regions of the commercial partition, and whether an account
// has to opt in to a region before anything answers there. The accounts of a
// [World] have opted in to none.
var regions = map[string]struct{ optIn bool }{
	"us-east-1": {}, "us-east-2": {}, "us-west-1": {}, "us-west-2": {},
	"ca-central-1": {}, "sa-east-1": {},
	"eu-central-1": {}, "eu-west-1": {}, "eu-west-2": {}, "eu-west-3": {}, "eu-north-1": {},
	"ap-northeast-1": {}, "ap-northeast-2": {}, "ap-northeast-3": {},
	"ap-south-1": {}, "ap-southeast-1": {}, "ap-southeast-2": {},
	"af-south-1": {true}, "ap-east-1": {true}, "ap-south-2": {true}, "ap-southeast-3": {true},
	"ap-southeast-4": {true}, "ca-west-1": {true}, "eu-central-2": {true}, "eu-south-1": {true},
	"eu-south-2": {true}, "il-central-1": {true}, "me-central-1": {true}, "me-south-1": {true},
}

func knownRegion(name string) bool {
	_, ok := regions[name]
	return ok
}
