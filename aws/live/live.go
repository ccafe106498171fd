// Package live reads a real AWS account (or anything that speaks its API) through aws-sdk-go-v2. It is the only package that
// imports the SDK: one table names every operation that the program may call, and each answer leaves as the JSON that the
// AWS CLI would print.
//
// What an answer means belongs to aws/read. Nothing here changes an account: an operation outside the table cannot be called.
package live
