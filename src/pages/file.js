// Takes a chosen file into the text field. The page works without it: then a record is pasted.
"use strict";
const file = document.getElementById("file");
const record = document.getElementById("record");
if (file && record) {
  file.closest("p").hidden = false;
  file.addEventListener("change", async () => {
    if (file.files.length === 1) {
      record.value = await file.files[0].text();
    }
  });
}
