// Package live reads a real AWS account (or anything that speaks its API) through aws-sdk-go-v2. It is the only package that
// imports the SDK: one table names every operation that the program may call, and each answer leaves as the JSON that the
// AWS CLI would print.
//
// What an answer means belongs to aws/read. An Account only reads: an operation outside its table cannot be called. What acts is apart from
// it, in types of its own with tables of their own: Sessions, Launches and Automation.
package live
