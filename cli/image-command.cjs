#!/nodejs/bin/node
// /usr/local/bin/drop in the image, for kubectl exec. Node reads a file without an extension as CommonJS.
void import('../../../app/dist/cli/main.js');
