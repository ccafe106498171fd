// Command fargate-doctor finds out why a container on AWS Fargate cannot reach an AWS service.
package main

func main() {}
