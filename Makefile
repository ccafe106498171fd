# Shortcuts for people; .ci/run is what counts.
.PHONY: build demo test check bench generate

build:
	go build -trimpath -ldflags="-s -w" -o fargate-doctor .

demo:
	go run . --demo

test:
	go test ./...

check:
	.ci/run

bench:
	go test -run '^$$' -bench . -benchmem ./...

# Writes what is made from the code into README.md and docs/, and the golden frames of the screens.
generate:
	go test . -run TestGenerated -update
	go test ./tui ./tui/plain ./steps/report -update
