// Command minimal is a whole server of the CX protocol in one small file, to
// show that others can write theirs: standard library only, in memory, without
// a line of Sayline's. It keeps nothing when it ends.
//
//	go run ./cx/minimal                                  # then open http://localhost:8090/cx
//	curl -d reference=K7Q3-F9MX -d text='On it!' http://localhost:8090/answer
//	sayline check http://localhost:8090
//
// It claims the classes discovery, core, reply, privacy and screen, and its tests
// hold it to them. main.go is all of it; level0/.well-known/cx beside it is even less:
// a static file with which a shop that has no program at all is here.
package main
