// Package live reads a real AWS account (or anything that speaks its API) through aws-sdk-go-v2. It is the only package that
// imports the SDK: one table names every operation that the program may call, and each answer leaves as the JSON that the
// AWS CLI would print.
//
// What an answer means belongs to aws/read. An Account changes nothing: an operation outside its table cannot be called. What acts, Sessions
// and Automation, has tables of its own.
package live
