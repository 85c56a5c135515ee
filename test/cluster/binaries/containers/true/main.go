// The `true` of the test images, which have no C library to run another.
package main

func main() {}
